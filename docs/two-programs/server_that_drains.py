"""The same server, but it says that it has nothing more to send, and reads to the end before it closes."""
import socket

with socket.create_server(('127.0.0.1', 65432)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(20)
            connection.sendall(b'x' * 600_000)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
