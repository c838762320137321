## Passwords as they are stored, users, attempts and lock-out, levels of commands, on an appliance that checks them. Vectors of the
## hashes: "j!doe1" and "cisco" of cisco.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# conf t
gw(config)# username jdoe password j!doe1 mschap
gw(config)# username cisco password cisco
gw(config)# enable password cisco
gw(config)# show running-config username
username alice password BMTmeOK/zTq6LDc3tPZNpQ== nt-encrypted
username bob password iLQDflY0b+Ahj4g7hip2+w== nt-encrypted
username plain password KuUx8edHYduKZPp2 encrypted
username jdoe password UK0OyKIgbsc0EhP4cGRtcw== nt-encrypted
username cisco password 3USUcOPFUiMCO4Jk encrypted
gw(config)# show running-config enable
enable password 2KFQnbNIdI.2KYOU encrypted
gw(config)# more system:running-config | include ^enable|^passwd
enable password 2KFQnbNIdI.2KYOU encrypted
gw(config)# aaa local authentication attempts max-fail 2
gw(config)# username oper password secret55 privilege 5
gw(config)# show aaa local user
Lock-time  Failed-attempts  Locked  User
gw(config)# end
gw# login
Username: <<oper
Password: <<wrong
Login incorrect
Username: <<oper
Password: <<wrong
Login incorrect
Username: <<oper
Password: <<secret55
Access denied.
gw# show aaa local user
Lock-time  Failed-attempts  Locked  User
  -             2           Y       oper
gw# show aaa accounting
gw# show aaa local user locked
Lock-time  Failed-attempts  Locked  User
  -             2           Y       oper
gw# clear aaa local user lockout username oper
gw# show aaa local user
Lock-time  Failed-attempts  Locked  User
gw# clear aaa local user fail-attempts all
gw# clear aaa local user fail-attempts username nobody
gw# show aaa login-backoff
Refusals held back:        0
Right ones held back:      0
Failures  Delay ms  Source or user
gw# login
Username: <<oper
Password: <<secret55
gw# show curpriv
Username : oper
Current privilege level : 5
Current Mode/s : P_PRIV
gw# disable
gw> enable
Password: <<no
Invalid password
Password: <<cisco
gw# show privilege
Current privilege level is 15
gw# conf t
gw(config)# aaa authorization command LOCAL
gw(config)# privilege show level 5 mode exec command clock
gw(config)# show running-config privilege
privilege show level 5 mode exec command clock
gw(config)# end
gw# 
