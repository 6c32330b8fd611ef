"""Who may do what: tables that read aloud."""
