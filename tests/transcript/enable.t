## Enable passwords by level, three failures, disable to a level. Recollection: "Access denied." after the third.
Type help or '?' for a list of available commands.
ciscoasa> enable
Password: <<
ciscoasa# conf t
ciscoasa(config)# enable password fifteen15
ciscoasa(config)# enable password five55 level 5
ciscoasa(config)# end
ciscoasa# disable
ciscoasa> enable
Password: <<one
Invalid password
Password: <<two
Invalid password
Password: <<three
Access denied.
ciscoasa> enable 5
Password: <<five55
ciscoasa# show curpriv
Username : enable_5
Current privilege level : 5
Current Mode/s : P_PRIV
ciscoasa# enable 15
Password: <<fifteen15
ciscoasa# show privilege
Current privilege level is 15
ciscoasa# disable 7
ciscoasa# show privilege
Current privilege level is 7
ciscoasa# disable
ciscoasa> show curpriv
Username : enable_1
Current privilege level : 1
Current Mode/s : P_UNPR
ciscoasa> quit

Logoff

