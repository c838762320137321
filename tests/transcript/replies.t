## What is said when something is not there, is there already, or is in use. Literal where cli-behaviour has the text; the texts
## about groups, policies and pools are of our own, with the substrings that scripts look for.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# no access-list NOPE extended permit ip any any
Specified access-list does not exist
ciscoasa(config)# object-group network G
ciscoasa(config-network-object-group)# network-object host 10.1.1.1
ciscoasa(config-network-object-group)# network-object host 10.1.1.1
Adding obj (network-object host 10.1.1.1) to grp (G) failed; object already exists
ciscoasa(config-network-object-group)# exit
ciscoasa(config)# access-list Q extended permit ip object-group G any
ciscoasa(config)# no object-group network G
Removing object-group (G) not allowed, it is being used.
ciscoasa(config)# no object-group network NOPE
Removing object-group (NOPE) failed; it does not exist
ciscoasa(config)# access-list S standard permit any
ciscoasa(config)# access-list S extended permit ip any any
ERROR: Cannot mix different types of access lists
ciscoasa(config)# ip local pool PA 10.1.1.1-10.1.1.10
ciscoasa(config)# ip local pool PB 10.1.1.5-10.1.1.20
[full] ERROR: The IP pool PB addresses overlap with existing localpool range of PA
ciscoasa(config)# no username nosuch
ERROR: username nosuch does not exist
ciscoasa(config)# no group-policy NOSUCH
ERROR: group-policy NOSUCH does not exist
ciscoasa(config)# no tunnel-group NOSUCH
ERROR: tunnel-group NOSUCH does not exist
ciscoasa(config)# no ip local pool NOSUCH
ERROR: address pool NOSUCH does not exist
ciscoasa(config)# tunnel-group R type remote-access
ciscoasa(config)# tunnel-group R general-attributes
ciscoasa(config-tunnel-general)# address-pool PA
ciscoasa(config-tunnel-general)# default-group-policy NOSUCH
ERROR: group-policy NOSUCH does not exist
ciscoasa(config-tunnel-general)# no ip local pool PA
ERROR: address pool PA cannot be deleted, it is used by tunnel-group R
ciscoasa(config-tunnel-general)# exit
ciscoasa(config)# tunnel-group R type ipsec-l2l
ERROR: type cannot be changed, delete it first
ciscoasa(config)# hostname -gw
ERROR: -gw is not allowed: a hostname has letters, digits and hyphens, and starts and ends with a letter or digit
ciscoasa(config)# hostname gw-
ERROR: gw- is not allowed: a hostname has letters, digits and hyphens, and starts and ends with a letter or digit
ciscoasa(config)# username ab password abc
                           ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# terminal width 39
ERROR: % Width must be 0 or from 40 to 511
ciscoasa(config)# terminal width 0
ciscoasa(config)# terminal width 80
ciscoasa(config)# banner motd one
ciscoasa(config)# banner motd two  words
ciscoasa(config)# banner login three
ciscoasa(config)# banner motd
ERROR: % Incomplete command
ciscoasa(config)# no banner motd two  words
ciscoasa(config)# banner motd four
ciscoasa(config)# no banner motd
ciscoasa(config)# show running-config banner
banner login three
ciscoasa(config)# no banner motd
ciscoasa(config)# no banner login
ciscoasa(config)# no pager
ciscoasa(config)# show running-config pager
no pager
ciscoasa(config)# pager 24
ciscoasa(config)# show running-config pager
pager lines 24
ciscoasa(config)# aaa authentication http console LOCAL
WARNING: there is no HTTP access: the line is kept and nobody is asked
ciscoasa(config)# aaa authentication telnet console LOCAL
WARNING: there is no telnet access: the line is kept and nobody is asked
ciscoasa(config)# aaa authentication ssh console RAD LOCAL
WARNING: aaa-server group RAD does not exist: until it does, LOCAL is asked
WARNING: local database is empty! Use 'username' command to define local users.
ciscoasa(config)# aaa authorization command TAC LOCAL
WARNING: aaa-server group TAC does not exist: until it does, LOCAL is asked
ciscoasa(config)# no aaa authorization command TAC LOCAL
ciscoasa(config)# aaa-server RAD protocol radius
ciscoasa(config-aaa-server-group)# aaa-server TAC protocol tacacs+
ciscoasa(config-aaa-server-group)# exit
ciscoasa(config)# aaa authentication enable console TAC
WARNING: without LOCAL nobody gets privileged while no server of group TAC answers
ciscoasa(config)# no aaa authentication enable console TAC
ciscoasa(config)# aaa authorization command RAD LOCAL
ERROR: aaa-server group RAD is not of protocol tacacs+, which alone knows commands
ciscoasa(config)# aaa authorization exec authentication-server auto-enable
ciscoasa(config)# aaa accounting ssh console RAD
ciscoasa(config)# aaa accounting enable console TAC
ciscoasa(config)# aaa accounting serial console LOCAL
ERROR: the local database takes no records
ciscoasa(config)# aaa accounting command RAD
ERROR: aaa-server group RAD is not of protocol tacacs+, which alone knows commands
ciscoasa(config)# aaa accounting command privilege 15 TAC
ciscoasa(config)# aaa accounting match ACL inside RAD
ciscoasa(config)# show running-config aaa
aaa authentication http console LOCAL
aaa authentication telnet console LOCAL
aaa authentication ssh console RAD LOCAL
aaa authorization exec authentication-server auto-enable
aaa accounting ssh console RAD
aaa accounting enable console TAC
aaa accounting command privilege 15 TAC
aaa accounting match ACL inside RAD
ciscoasa(config)# aaa accounting command TAC
ciscoasa(config)# show running-config aaa | include command
aaa accounting command TAC
ciscoasa(config)# no aaa accounting command TAC
ciscoasa(config)# no aaa accounting ssh console RAD
ciscoasa(config)# show running-config aaa | include accounting
aaa accounting enable console TAC
aaa accounting match ACL inside RAD
ciscoasa(config)# clear configure aaa
ciscoasa(config)# show running-config aaa
ciscoasa(config)# ssh 10.0.0.0 255.0.0.0 inside
ciscoasa(config)# show ssh
Idle Timeout: 5 minutes
Version allowed: 2

Hosts allowed to ssh into the system:
10.0.0.0 255.0.0.0 inside
ciscoasa(config)# no ssh 10.0.0.0 255.0.0.0 inside
ciscoasa(config)# crypto ipsec df-bit clear-df outside
ciscoasa(config)# crypto ipsec fragmentation after-encryption outside
ciscoasa(config)# no crypto ipsec df-bit clear-df outside
ciscoasa(config)# show running-config crypto ipsec | include outside
crypto ipsec fragmentation after-encryption outside
ciscoasa(config)# end
ciscoasa# 
