## The console returns to the login (serial): banners in their order, users of the local database, statistics of logins,
## login, enable by the user's own password. Recollection: "Login incorrect", which banner stands where, that
## the serial console asks for ever, the name after `enable`.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# hostname gw
gw(config)# domain-name example.com
gw(config)# banner motd Welcome to $(hostname).$(domain)
gw(config)# banner motd second line
gw(config)# banner login Authorized access only
gw(config)# banner exec You are in
gw(config)# aaa authentication serial console LOCAL
WARNING: local database is empty! Use 'username' command to define local users.
gw(config)# username admin password secret99 privilege 15
gw(config)# username oper password secret55 privilege 5
gw(config)# logout

Logoff

Welcome to gw.example.com
second line
Authorized access only
Username: <<admin
Password: <<wrong
Login incorrect
Username: <<nobody
Password: <<x
Login incorrect
Username: <<admin
Password: <<wrong
Login incorrect
Username: <<admin
Password: <<secret99
User admin logged in to gw
Logins over the last 1 days: 1.  
Failed logins since the last login: 2.  Last failed login: <*> UTC <*> from console
You are in
Type help or '?' for a list of available commands.
gw> show curpriv
Username : admin
Current privilege level : 1
Current Mode/s : P_UNPR
gw> show history
  show curpriv
  show history
gw> enable
Password: <<
gw# show curpriv
Username : enable_15
Current privilege level : 15
Current Mode/s : P_PRIV
gw# conf t
gw(config)# show curpriv
Username : enable_15
Current privilege level : 15
Current Mode/s : P_PRIV P_CONF
gw(config)# aaa authentication enable console LOCAL
gw(config)# exit
gw# disable
gw> enable
Password: <<x
Invalid password
Password: <<secret99
gw# show curpriv
Username : admin
Current privilege level : 15
Current Mode/s : P_PRIV
gw# exit

Logoff

Welcome to gw.example.com
second line
Authorized access only
Username: <<admin
Password: <<secret99
User admin logged in to gw
Logins over the last 1 days: 2.  Last login: <*> UTC <*> from console
Failed logins since the last login: 0.  
You are in
Type help or '?' for a list of available commands.
gw> login
Username: <<oper
Password: <<secret55
gw# show privilege
Current privilege level is 5
gw# login
Username: <<oper
Password: <<1
Login incorrect
Username: <<oper
Password: <<2
Login incorrect
Username: <<oper
Password: <<3
Access denied.
gw# show curpriv
Username : oper
Current privilege level : 5
Current Mode/s : P_PRIV
gw# 
