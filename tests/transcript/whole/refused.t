## What this appliance does not do is answered when it is typed: with a warning where a pasted configuration has it, else refused.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# conf t
gw(config)# firewall transparent
ERROR: transparent mode is not supported: L2TP over IPsec needs a routed firewall
gw(config)# mode multiple
ERROR: multiple context mode is not supported: L2TP over IPsec needs a single context
gw(config)# failover
WARNING: failover is kept without effect, there is one unit, and L2TP sessions know no failover
gw(config)# group-policy clients attributes
gw(config-group-policy)# vpn-tunnel-protocol ikev2 l2tp-ipsec
WARNING: vpn-tunnel-protocol ikev2: IKEv2 is not served, l2tp-ipsec is
gw(config-group-policy)# show running-config group-policy clients | include protocol
 vpn-tunnel-protocol ikev2 l2tp-ipsec
gw(config-group-policy)# interface GigabitEthernet0/0
gw(config-if)# ipv6 address 2001:db8::1/64
WARNING: ipv6 is kept without effect, tunnels are IPv4 only
gw(config-if)# crypto map vpn 10 set peer 198.51.100.7
WARNING: The crypto map entry is incomplete!
gw(config)# no crypto map vpn 10
gw(config)# tunnel-group 198.51.100.7 type ipsec-l2l
WARNING: site-to-site peers are not served, the group is kept without effect
gw(config)# crypto ikev1 ipsec-over-tcp port 10000
WARNING: crypto ikev1 ipsec-over-tcp is kept without effect, IPsec over TCP is not served, clients of L2TP use UDP
gw(config)# crypto ikev2 enable outside
WARNING: crypto ikev2 enable is kept without effect, IKEv2 is not served, clients of L2TP use IKEv1
gw(config)# snmp-server community public
gw(config)# show running-config inert
!
interface GigabitEthernet0/0
 ipv6 address 2001:db8::1/64  ! tunnels are IPv4 only
!
failover  ! there is one unit, and L2TP sessions know no failover
snmp-server community *****  ! there is no SNMP agent
crypto ikev2 enable outside  ! IKEv2 is not served, clients of L2TP use IKEv1
crypto ikev1 ipsec-over-tcp port 10000  ! IPsec over TCP is not served, clients of L2TP use UDP
gw(config)# do show version
                    ^
ERROR: % Invalid input detected at '^' marker.
gw(config)# show running-config all crypto ikev1
crypto ikev1 enable outside
no crypto ikev1 am-disable
no crypto ikev1 vendor-id-disable
crypto ikev1 ipsec-over-tcp port 10000
crypto ikev1 limit max-in-negotiation-sa 100
crypto ikev1 policy 10
 authentication pre-share
 encryption 3des
 hash sha
 group 2
 lifetime 86400
crypto ikev1 policy 20
 authentication pre-share
 encryption aes-256
 hash sha
 group 14
 lifetime 86400
gw(config)# end
gw# 
