"""One small connection after the other. `server PORT` serves them; `client PORT COUNT` makes them and prints microseconds."""
import socket, sys, time

print("started", flush=True)
what, port, *count = sys.argv[1:]
if what == "server":
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as listener:
        print("listening", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(connection.recv(1024).upper())
else:
    took = []
    for _ in range(int(count[0])):
        began = time.perf_counter()
        with socket.socket() as client:
            client.connect(("127.0.0.1", int(port)))
            client.sendall(b"hello")
            client.recv(1024)
        took.append(round(1e6 * (time.perf_counter() - began)))
    print(*took)
