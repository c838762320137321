## Modes, prompts, going up and down; a global command in a sub-mode; exec commands in config mode.
Type help or '?' for a list of available commands.
ciscoasa> show nonsense
               ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa> configure terminal
           ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa> en
Password: <<
ciscoasa# configure terminal
ciscoasa(config)# hostname gw
gw(config)# crypto ikev1 policy 10
[full] WARNING: crypto ikev1 policy 10: <*>
gw(config-ikev1-policy)# encryption aes-256
gw(config-ikev1-policy)# cry ikev1 pol 20
[full] WARNING: crypto ikev1 policy 20: <*>
gw(config-ikev1-policy)# show pager
pager lines 24
gw(config-ikev1-policy)# do show pager
                                 ^
ERROR: % Invalid input detected at '^' marker.
gw(config-ikev1-policy)# tunnel-group DefaultRAGroup general-attributes
gw(config-tunnel-general)# address-pool NOPE
ERROR: <*>NOPE<*>
gw(config-tunnel-general)# exit
gw(config)# exit
gw# conf t
gw(config)# tunnel-group DefaultRAGroup ipsec-attributes
gw(config-tunnel-ipsec)# tunnel-group DefaultRAGroup ppp-attributes
gw(config-ppp)# end
gw# conf t
gw(config)# group-policy P internal
gw(config)# group-policy P attributes
gw(config-group-policy)# ^Z
gw# disable
gw> exit

Logoff

