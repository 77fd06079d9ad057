"""Reads the 20 bytes that it needs, answers 600,000 bytes, and closes: its clients get ECONNRESET."""
import socket

with socket.create_server(('127.0.0.1', 65432)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(20)
            connection.sendall(b'x' * 600_000)
