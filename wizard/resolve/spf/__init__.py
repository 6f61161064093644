"""SPF (RFC 7208): read a record, expand it to the networks it allows, check one address against it."""
