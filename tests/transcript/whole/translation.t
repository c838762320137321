## (client) Translations of a client, and what ends them.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show xlate
0 in use, 0 most used
Flags: D - DNS, e - extended, I - identity, i - dynamic, r - portmap,
       s - static, T - twice, N - net-to-net
gw# conf t
gw(config)# object network POOL
gw(config-network-object)# subnet 10.78.0.0 255.255.255.0
gw(config-network-object)# nat (outside,inside) dynamic interface
gw(config-network-object)# object network SRV
gw(config-network-object)# host 10.77.0.9
gw(config-network-object)# nat (inside,outside) static 203.0.113.9
gw(config-network-object)# show nat
Auto NAT Policies (Section 2)
1 (inside) to (outside) source static SRV 203.0.113.9
    translate_hits = 0, untranslate_hits = 0
2 (outside) to (inside) source dynamic POOL interface
    translate_hits = 0, untranslate_hits = 0
gw(config-network-object)# show nat detail
Auto NAT Policies (Section 2)
1 (inside) to (outside) source static SRV 203.0.113.9
    translate_hits = 0, untranslate_hits = 0
    Source - Origin: 10.77.0.9/32, Translated: 203.0.113.9/32
2 (outside) to (inside) source dynamic POOL interface
    translate_hits = 0, untranslate_hits = 0
    Source - Origin: 10.78.0.0/24, Translated: 10.77.0.1/32
gw(config-network-object)# show xlate
1 in use, 1 most used
Flags: D - DNS, e - extended, I - identity, i - dynamic, r - portmap,
       s - static, T - twice, N - net-to-net
NAT from inside:10.77.0.9 to outside:203.0.113.9
    flags s idle 0:00:00 timeout 0:00:00
gw(config-network-object)# show xlate count
1 in use, 1 most used
gw(config-network-object)# clear xlate 10.78.0.10
gw(config-network-object)# clear xlate
gw(config-network-object)# no nat (inside,outside) static 203.0.113.9
gw(config-network-object)# show running-config nat
gw(config-network-object)# show running-config object
object network POOL
 subnet 10.78.0.0 255.255.255.0
object network SRV
 host 10.77.0.9
!
object network POOL
 nat (outside,inside) dynamic interface
gw(config-network-object)# end
gw# 
