## ping and traceroute: with their arguments.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# ping 127.0.0.1
Type escape sequence to abort.
Sending 5, 100-byte ICMP Echos to 127.0.0.1, timeout is 2 seconds:
!!!!!
Success rate is 100 percent (5/5), round-trip min/avg/max = <*>/<*>/<*> ms
gw# ping outside 127.0.0.1
Type escape sequence to abort.
Sending 5, 100-byte ICMP Echos to 127.0.0.1, timeout is 2 seconds:
No route to host 127.0.0.1

Success rate is 0 percent (0/1)
gw# traceroute 127.0.0.1
Type escape sequence to abort.
Tracing the route to 127.0.0.1

 1   127.0.0.1 <*> msec <*> msec <*> msec
gw# ping 127.0.0.1 repeat 2 timeout 1
Type escape sequence to abort.
Sending 2, 100-byte ICMP Echos to 127.0.0.1, timeout is 1 seconds:
!!
Success rate is 100 percent (2/2), round-trip min/avg/max = <*>/<*>/<*> ms
gw# 
