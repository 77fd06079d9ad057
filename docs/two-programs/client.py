"""Sends a request of 100 bytes, and reads the answer to its end."""
import socket

with socket.create_connection(('127.0.0.1', 65432)) as connection:
    connection.sendall(b'GET the number'.ljust(100))
    received = 0
    try:
        while data := connection.recv(65536):
            received += len(data)
        print('received everything:', received, 'bytes')
    except ConnectionResetError as error:
        print('received', received, 'bytes, then:', error)
