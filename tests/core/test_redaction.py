"""What carries credentials is never written nor compared."""
