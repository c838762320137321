## Access lists, objects, translation
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# terminal pager 0
ciscoasa# conf t
ciscoasa(config)# object network SRV
ciscoasa(config-network-object)# host 10.77.0.2
ciscoasa(config-network-object)# object network POOL
ciscoasa(config-network-object)# subnet 10.78.0.0 255.255.255.0
ciscoasa(config-network-object)# nat (outside,outside) dynamic interface
ciscoasa(config-network-object)# object-group network G
ciscoasa(config-network-object-group)# network-object object SRV
ciscoasa(config-network-object-group)# network-object host 1.2.3.4
ciscoasa(config-network-object-group)# network-object 10.9.0.0 255.255.0.0
ciscoasa(config-network-object-group)# network-object host 1.2.3.4
Adding obj (network-object host 1.2.3.4) to grp (G) failed; object already exists
ciscoasa(config-network-object-group)# object-group service WEB tcp
ciscoasa(config-service-object-group)# port-object eq 80
ciscoasa(config-service-object-group)# port-object range 8000 8080
ciscoasa(config-service-object-group)# exit
ciscoasa(config)# access-list T extended permit tcp any object-group G object-group WEB
ciscoasa(config)# access-list T extended permit tcp any any eq foo
                                                                ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# access-list T remark hello there
ciscoasa(config)# access-list T remark hello there
ciscoasa(config)# access-list T ext per tcp any object-group G object-group WEB
WARNING: <T> found duplicate element
ciscoasa(config)# no access-list T ext per udp any any
Specified access-list does not exist
ciscoasa(config)# access-list T line 1 permit icmp any any echo
ciscoasa(config)# nat (inside,outside) source static SRV SRV destination static POOL POOL no-proxy-arp route-lookup
ciscoasa(config)# access-list S standard permit 10.0.0.0 255.0.0.0
ciscoasa(config)# access-list S ext permit ip any any
ERROR: Cannot mix different types of access lists
ciscoasa(config)# time-range WORK
ciscoasa(config-time-range)# periodic weekdays 8:00 to 17:00
ciscoasa(config-time-range)# absolute start 08:00 1 January 2026 end 9:00 2 March 2030
ciscoasa(config-time-range)# exit
ciscoasa(config)# access-group T in interface outside
WARNING: no interface is named outside
ciscoasa(config)# same-security-traffic permit intra-interface
ciscoasa(config)# no object-group network G
Removing object-group (G) not allowed, it is being used.
ciscoasa(config)# no object-group network H
Removing object-group (H) failed; it does not exist
ciscoasa(config)# static (inside,outside) tcp interface 80 10.77.0.2 8080 netmask 255.255.255.255 0 0
ciscoasa(config)# static (inside,outside) 203.0.113.20 10.77.0.20 dns
WARNING: dns: addresses in answers of the DNS are not rewritten
ciscoasa(config)# static (inside,outside) tcp interface 80 10.77.0.2 8080 sideways
                                                                          ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config)# static (inside,outside) tcp interface
ERROR: % Incomplete command
ciscoasa(config)# static (inside,outside) 203.0.113.21 access-list NONE
ERROR: access-list NONE does not exist
ciscoasa(config)# static (inside,outside) 203.0.113.21 10.77.0.21 netmask 255.0.255.0
ERROR: Invalid netmask 255.0.255.0
ciscoasa(config)# show running-config static
static (inside,outside) tcp interface www 10.77.0.2 8080 netmask 255.255.255.255 
static (inside,outside) 203.0.113.20 10.77.0.20 netmask 255.255.255.255 dns 
ciscoasa(config)# clear configure static
ciscoasa(config)# icmp deny any echo outside
[full] WARNING: icmp: <*>
ciscoasa(config)# icmp permit host 192.0.2.1 outside
[full] WARNING: icmp: <*>
ciscoasa(config)# icmp permit any sideways outside
ERROR: % Invalid input: sideways
ciscoasa(config)# show running-config icmp
icmp unreachable rate-limit 1 burst-size 1
icmp deny any echo outside
icmp permit host 192.0.2.1 outside
ciscoasa(config)# clear configure icmp
ciscoasa(config)# show running-config time-range
time-range WORK
 absolute start 08:00 1 January 2026 end 09:00 2 March 2030
 periodic weekdays 8:00 to 17:00
!
ciscoasa(config)# show running-config object
object network SRV
 host 10.77.0.2
object network POOL
 subnet 10.78.0.0 255.255.255.0
!
object network POOL
 nat (outside,outside) dynamic interface
ciscoasa(config)# show running-config object-group
object-group network G
 network-object object SRV
 network-object host 1.2.3.4
 network-object 10.9.0.0 255.255.0.0
object-group service WEB tcp
 port-object eq www
 port-object range 8000 8080
ciscoasa(config)# show running-config access-list
access-list T extended permit icmp any any echo
access-list T extended permit tcp any object-group G object-group WEB
access-list T remark hello there
access-list T remark hello there
access-list S standard permit 10.0.0.0 255.0.0.0
ciscoasa(config)# show running-config access-list S
access-list S standard permit 10.0.0.0 255.0.0.0
ciscoasa(config)# show running-config access-group
access-group T in interface outside
ciscoasa(config)# show running-config nat
nat (inside,outside) source static SRV SRV destination static POOL POOL no-proxy-arp route-lookup
ciscoasa(config)# show running-config same-security-traffic
same-security-traffic permit intra-interface
ciscoasa(config)# clear configure access-group
ciscoasa(config)# clear configure access-list T
ciscoasa(config)# no object-group network G
ciscoasa(config)# clear configure nat
ciscoasa(config)# no object network POOL
ciscoasa(config)# show running-config object
object network SRV
 host 10.77.0.2
ciscoasa(config)# 
