"""The store: one database per trading centre, one serial order, one writer protocol."""
