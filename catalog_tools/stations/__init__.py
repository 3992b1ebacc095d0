"""Stations: names of radio stations cleaned, compared and merged into entities."""
