## Administrators whom a server knows, at whose port nobody listens: the local database and the levels of privilege lines stand in
## where LOCAL says so.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# conf t
gw(config)# username boss password secret99 privilege 15
gw(config)# username oper password secret55 privilege 5
gw(config)# aaa-server TAC protocol tacacs+
gw(config-aaa-server-group)# aaa-server TAC (inside) host 127.0.0.1 secret
gw(config-aaa-server-host)# server-port 9
gw(config-aaa-server-host)# exit
gw(config)# privilege show level 5 mode exec command clock
gw(config)# aaa authentication enable console TAC LOCAL
gw(config)# aaa accounting enable console TAC
gw(config)# aaa accounting command TAC
gw(config)# aaa authorization command TAC LOCAL
gw(config)# hostname fw
fw(config)# end
fw# login
Username: <<oper
Password: <<secret55
fw# show privilege
Current privilege level is 5
fw# show clock
<*> UTC <*>
fw# show interface
ERROR: Command authorization failed
fw# disable
fw> enable
Password: <<wrong
Invalid password
Password: <<secret55
fw# disable
fw> login
Username: <<boss
Password: <<secret99
fw# show running-config aaa
aaa authentication enable console TAC LOCAL
aaa authorization command TAC LOCAL
aaa accounting enable console TAC
aaa accounting command TAC
fw# show aaa-server TAC | include Number of a
Number of authentication requests       <*>
Number of authorization requests        <*>
Number of accounting requests           <*>
Number of accepts                       0
fw# 
