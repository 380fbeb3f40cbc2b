"""One file per group of forms: fields, German messages, no rules of the domain."""
