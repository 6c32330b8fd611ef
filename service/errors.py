"""Every failure: a class and a sentence; the name gives the code, the base class the status."""
