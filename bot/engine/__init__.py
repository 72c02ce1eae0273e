"""What turns a meaning into an answer: actions in process, responses, lanes, sockets' manners."""
