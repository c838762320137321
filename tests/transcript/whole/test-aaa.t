## test aaa-server: the local database, a server at whose port nobody listens, what is asked for. Recollection: the words about the
## local database.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# conf t
gw(config)# username jdoe password j!doe1 mschap
gw(config)# aaa-server TAC protocol tacacs+
gw(config-aaa-server-group)# aaa-server TAC (inside) host 127.0.0.1 secret
gw(config-aaa-server-host)# timeout 5
gw(config-aaa-server-host)# server-port 9
gw(config-aaa-server-host)# end
gw# test aaa-server authentication LOCAL username jdoe password j!doe1
INFO: Attempting Authentication test to the local database
INFO: Authentication Successful
gw# test aaa authentication LOCAL username jdoe
Password: <<wrong
INFO: Attempting Authentication test to the local database
ERROR: Authentication Rejected: Invalid password
gw# test aaa-server authorization LOCAL
Username: <<nobody
INFO: Attempting Authorization test to the local database
ERROR: Authorization Rejected: User was not found
gw# test aaa-server authentication TAC
Server IP Address or name: <<127.0.0.1
Username: <<jdoe
Password: <<j!doe1
INFO: Attempting Authentication test to IP address (127.0.0.1) (timeout: 7 seconds)
ERROR: Authentication Server not responding: AAA Server has been removed
gw# test aaa-server authorization TAC host 127.0.0.1 username jdoe
INFO: Attempting Authorization test to IP address (127.0.0.1) (timeout: 7 seconds)
ERROR: Authorization Server not responding: AAA Server has been removed
gw# test aaa-server authentication TAC host 10.9.9.9 username jdoe password x
ERROR: Server 10.9.9.9 is not in aaa-server group TAC
gw# test aaa-server authentication NONE host 10.9.9.9 username jdoe password x
ERROR: aaa-server group NONE does not exist
gw# show aaa-server TAC | include requests
Number of pending requests              0
Number of authentication requests       1
Number of authorization requests        1
Number of accounting requests           0
gw# 
