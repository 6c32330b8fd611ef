"""The reading room (阅览室): pages as pictures, each with a mark of who saw it when; the bytes themselves stay."""
