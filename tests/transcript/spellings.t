## Older and shorter ways to say things.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# interface GigabitEthernet 0/0
ciscoasa(config-if)# nameif dmz
INFO: Security level for "dmz" set to 0 by default.
ciscoasa(config-if)# passwd cisco
ciscoasa(config)# show running-config passwd
[full] passwd 2KFQnbNIdI.2KYOU encrypted
ciscoasa(config)# no logging message 111009
ciscoasa(config)# logging message 111008 level 6
ciscoasa(config)# no logging message 111008
ciscoasa(config)# show running-config logging
no logging message 111008
logging message 111008 level informational
no logging message 111009
ciscoasa(config)# logging message 111009
ciscoasa(config)# logging message 111008
ciscoasa(config)# show running-config logging
logging message 111008 level informational
ciscoasa(config)# no pager
ciscoasa(config)# show pager
no pager
ciscoasa(config)# pager 24
ciscoasa(config)# show pager
pager lines 24
ciscoasa(config)# username jdoe password j!doe1 mschap
ciscoasa(config)# username jdoe privilege 15
ciscoasa(config)# username nobody privilege 15
ERROR: username nobody does not exist
ciscoasa(config)# show running-config username
username jdoe password <*> privilege 15
ciscoasa(config)# access-list A extended permit udp any any eq 1701
ciscoasa(config)# access-list A line 1 extended permit ip any host 10.0.0.1
ciscoasa(config)# access-list A line 2 extended deny tcp any any
ciscoasa(config)# show running-config access-list
access-list A extended permit ip any host 10.0.0.1
access-list A extended deny tcp any any
access-list A extended permit udp any any eq 1701
ciscoasa(config)# no access-list A line 2 extended deny tcp any any
ciscoasa(config)# show running-config access-list
access-list A extended permit ip any host 10.0.0.1
access-list A extended permit udp any any eq 1701
ciscoasa(config)# group-policy DfltGrpPolicy attributes
ciscoasa(config-group-policy)# vpn-tunnel-protocol ssl-client l2tp-ipsec ikev1
WARNING: vpn-tunnel-protocol ssl-client: the SSL VPN client is not served, l2tp-ipsec is
ciscoasa(config-group-policy)# dns value 10.0.0.1
ciscoasa(config-group-policy)# dns value none
ciscoasa(config-group-policy)# show running-config group-policy
group-policy DfltGrpPolicy attributes
 vpn-tunnel-protocol ikev1 l2tp-ipsec ssl-client
ciscoasa(config-group-policy)# vpn-tunnel-protocol ikev1 ikev2 l2tp-ipsec ssl-clientless
ciscoasa(config-group-policy)# show running-config group-policy
ciscoasa(config-group-policy)# vpdn group l2tpipsec accept dialin l2tp
ciscoasa(config)# vpdn group l2tpipsec l2tp tunnel hello 90
ciscoasa(config)# vpdn enable outside
ciscoasa(config)# show running-config l2tp
l2tp tunnel hello 90
ciscoasa(config)# end
ciscoasa# 
