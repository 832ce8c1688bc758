"""The service under fire: a stream of visits, parts that are killed, and what is proved of it."""
