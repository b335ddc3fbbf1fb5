"""An isolated run: a network namespace whose only way out is the proxy.

A socket belongs to the namespace it was made in. So those that the command is to reach
are made within (``namespace``, and ``setup`` by way of ``network``) and served from
here (``gate``), where the proxy can go on to the network. Everything else the command
sends is turned down at once and counted (``leaving``, by way of ``packets``).
"""
