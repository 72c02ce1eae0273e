"""One module a channel: how a delivery reaches the customer there."""
