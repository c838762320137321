## Names of addresses: typed in their place, stored and shown as the addresses, as under `no names`. The text of a wrong line
## stays the one that was typed. `enable` alone is no command of the configuration modes: there it begins `enable password`.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# name 10.1.1.5 dc1 description Domain controller
ciscoasa(config)# name 10.2.0.0 branch
ciscoasa(config)# access-list a extended permit ip branch 255.255.0.0 host dc1
ciscoasa(config)# access-list a extended permit tcp any host dc1 eq
ERROR: % Incomplete command
ciscoasa(config)# access-list a extended permit tcp any host dc1 gt nothing
                                                                     ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# access-list a extended permit ip any host dc2
                                                            ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# object network DC
ciscoasa(config-network-object)# host dc1
ciscoasa(config-network-object)# dns server-group DefaultDNS
ciscoasa(config-dns-server-group)# name-server dc1
ciscoasa(config-dns-server-group)# show running-config | include 10.1.1.5|10.2.0.0
name 10.1.1.5 dc1 description Domain controller
name 10.2.0.0 branch
 name-server 10.1.1.5
 host 10.1.1.5
access-list a extended permit ip 10.2.0.0 255.255.0.0 host 10.1.1.5
ciscoasa(config-dns-server-group)# enable
ERROR: % Incomplete command
ciscoasa(config-dns-server-group)# no name 10.1.1.5 dc1
ciscoasa(config)# access-list a extended permit ip any host dc1
                                                            ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# end
ciscoasa# 
