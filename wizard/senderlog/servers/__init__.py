"""One module a mail server. Each has `NAME`, `recognises(text)` and `Parser(source, clock)`; nothing lists them."""
