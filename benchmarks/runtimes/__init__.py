"""The same answers from Python, Java, JavaScript and other processors, and their time."""
