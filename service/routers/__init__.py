"""HTTP only: parse, call, return."""
