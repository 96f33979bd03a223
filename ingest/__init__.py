"""From the broker into the journal, and from the journal into readings, states and findings.

Subscribes to `mimamori/v1/+/up/#`; writes journal, readings, home states and urgent findings;
publishes receipts and commands on `mimamori/v1/{gateway}/down/#`.
"""
