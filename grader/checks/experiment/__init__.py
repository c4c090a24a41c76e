"""Checks on the batch-size experiment."""
