## Access lists with their counts, objects in them, translation, time ranges, on an appliance that applies them.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# object network POOL
gw(config-network-object)# subnet 10.78.0.0 255.255.255.0
gw(config-network-object)# nat (outside,outside) dynamic interface
gw(config-network-object)# object-group network SERVERS
gw(config-network-object-group)# network-object host 10.77.0.2
gw(config-network-object-group)# network-object host 10.77.0.3
gw(config-network-object-group)# time-range WORK
gw(config-time-range)# periodic weekdays 8:00 to 17:00
gw(config-time-range)# access-list VPN remark who may go where
gw(config)# access-list VPN extended permit tcp 10.78.0.0 255.255.255.0 object-group SERVERS eq www
gw(config)# access-list VPN extended permit ip object POOL any time-range WORK
gw(config)# access-list VPN extended deny ip any any
gw(config)# group-policy clients attributes
gw(config-group-policy)# vpn-filter value VPN
gw(config-group-policy)# exit
gw(config)# same-security-traffic permit intra-interface
gw(config)# show access-list
access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)
            alert-interval 300
access-list VPN; 4 elements; name hash: 0x1b2b5aaf
access-list VPN line 1 remark who may go where
access-list VPN line 2 extended permit tcp 10.78.0.0 255.255.255.0 object-group SERVERS eq www (hitcnt=0) 0xe70a83a3
  access-list VPN line 2 extended permit tcp 10.78.0.0 255.255.255.0 host 10.77.0.2 eq www (hitcnt=0) 0x97881fb9
  access-list VPN line 2 extended permit tcp 10.78.0.0 255.255.255.0 host 10.77.0.3 eq www (hitcnt=0) 0x6d02ae94
access-list VPN line 3 extended permit ip object POOL any time-range WORK (hitcnt=0) (inactive) 0xac5c1374
  access-list VPN line 3 extended permit ip 10.78.0.0 255.255.255.0 any time-range WORK (hitcnt=0) (inactive) 0x5f81df93
access-list VPN line 4 extended deny ip any any (hitcnt=0) 0x16798444
gw(config)# show access-list VPN brief
access-list VPN; 4 elements; name hash: 0x1b2b5aaf
gw(config)# clear access-list VPN counters
gw(config)# show access-list NOTHING
ERROR: access-list <NOTHING> does not exist
gw(config)# show nat
Auto NAT Policies (Section 2)
1 (outside) to (outside) source dynamic POOL interface
    translate_hits = 0, untranslate_hits = 0
gw(config)# no object network POOL
ERROR: unable to delete object (POOL). object is being used.
gw(config)# no access-list VPN extended deny ip any any
gw(config)# show running-config access-list VPN
access-list VPN remark who may go where
access-list VPN extended permit tcp 10.78.0.0 255.255.255.0 object-group SERVERS eq www
access-list VPN extended permit ip object POOL any time-range WORK
gw(config)# end
gw# 
