"""Methods: teacher, SimTDE student, HPD, DSE and DiPair."""
