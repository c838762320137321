## Privilege levels of commands: nothing happens before `aaa authorization command LOCAL`. `?` and Tab offer what may be run
## (recollection). What `clear` and `no` are for at the first prompt is recollection, too: the pager of this console.
Type help or '?' for a list of available commands.
ciscoasa> no pager
ciscoasa> show pager
no pager
ciscoasa> clear pager
ciscoasa> show pager
pager lines 24
ciscoasa> clear ?

  pager  Page length of this console as configured

ciscoasa> clear pager
ciscoasa> terminal pager 0
           ^
ERROR: % Invalid input detected at '^' marker.
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
gw(config)# show ?

exec mode commands/options:
  clock           Display system clock
  curpriv         Display current privilege level
  history         Display the session command history
  pager           Display the page length
  privilege       Display current privilege level
  running-config  Current operating configuration
  terminal        Display terminal configuration parameters
  version         Display system software version

gw(config)# show privilege
Current privilege level is 5
gw(config)# no ?

configure mode commands/options:
  hostname  Change the hostname of the system

gw(config)# no hostname
ciscoasa(config)# hostname gw
gw(config)# conf<TAB>
gw(config)# configure terminal
gw(config)# crypto ?
ERROR: % Unrecognized command
gw(config)# crypto isakmp identity address
ERROR: Command authorization failed
gw(config)# end
gw# disable
gw> show clock
<*>
gw> exit

Logoff

