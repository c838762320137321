## Privilege levels of commands: nothing happens before `aaa authorization command LOCAL`. `?` keeps listing what may not
## be run (recollection).
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# username oper password secret55 privilege 5
ciscoasa(config)# privilege show level 5 mode exec command running-config
ciscoasa(config)# privilege cmd level 3 mode exec command configure
ciscoasa(config)# privilege level 4 command hostname
ciscoasa(config)# show running-config privilege
privilege show level 5 mode exec command running-config
privilege cmd level 3 mode exec command configure
privilege show level 4 mode exec command hostname
privilege show level 4 mode configure command hostname
privilege clear level 4 mode exec command hostname
privilege clear level 4 mode configure command hostname
privilege cmd level 4 mode exec command hostname
privilege cmd level 4 mode configure command hostname
ciscoasa(config)# no privilege show level 4 mode exec command hostname
ciscoasa(config)# show running-config privilege | include show
privilege show level 5 mode exec command running-config
privilege show level 4 mode configure command hostname
ciscoasa(config)# end
ciscoasa# login
Username: <<oper
Password: <<secret55
ciscoasa# show running-config hostname
hostname ciscoasa
ciscoasa# show running-config pager
pager lines 24
ciscoasa# login
Username: <<oper
Password: <<secret55
ciscoasa# conf t
ciscoasa(config)# aaa authorization command LOCAL
ciscoasa(config)# mtu outside 1400
ERROR: Command authorization failed
ciscoasa(config)# show running-config aaa
aaa authorization command LOCAL
ciscoasa(config)# hostname gw
gw(config)# show curpriv
Username : oper
Current privilege level : 5
Current Mode/s : P_PRIV P_CONF
gw(config)# show interface
ERROR: Command authorization failed
gw(config)# end
gw# disable
gw> show clock
<*>
gw> exit

Logoff

