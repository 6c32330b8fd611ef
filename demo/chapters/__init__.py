"""The demo's chapters, in the order in which a company would live through them; each looks before it acts."""
