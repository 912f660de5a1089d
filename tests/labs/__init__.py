"""Banks of answers, one module a lab: what every check must accept, refuse, and say."""
