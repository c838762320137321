## Interfaces, addresses, routes and who answers behind them.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show nameif
Interface                Name                     Security
GigabitEthernet0/0       outside                    0
GigabitEthernet0/1       inside                   100
gw# show interface ip brief
Interface                  IP-Address      OK? Method Status                Protocol
GigabitEthernet0/0         203.0.113.1     YES CONFIG up                    up
GigabitEthernet0/1         10.77.0.1       YES CONFIG up                    up
gw# show ip address
System IP Addresses:
Interface                Name                   IP address      Subnet mask     Method
GigabitEthernet0/0       outside                203.0.113.1     255.255.255.0   manual
GigabitEthernet0/1       inside                 10.77.0.1       255.255.255.0   manual
Current IP Addresses:
Interface                Name                   IP address      Subnet mask     Method
GigabitEthernet0/0       outside                203.0.113.1     255.255.255.0   manual
GigabitEthernet0/1       inside                 10.77.0.1       255.255.255.0   manual
gw# show ip
System IP Addresses:
Interface                Name                   IP address      Subnet mask     Method
GigabitEthernet0/0       outside                203.0.113.1     255.255.255.0   manual
GigabitEthernet0/1       inside                 10.77.0.1       255.255.255.0   manual
Current IP Addresses:
Interface                Name                   IP address      Subnet mask     Method
GigabitEthernet0/0       outside                203.0.113.1     255.255.255.0   manual
GigabitEthernet0/1       inside                 10.77.0.1       255.255.255.0   manual
gw# show interface inside
Interface GigabitEthernet0/1 "inside", is up, line protocol is up
  Hardware is i82540EM rev03, BW 1000 Mbps, DLY 10 usec
        Full-Duplex(Full-duplex), Auto-Speed(1000 Mbps)
        Input flow control is unsupported, output flow control is off
        MAC address 0000.0000.0000, MTU 1500
        IP address 10.77.0.1, subnet mask 255.255.255.0
        0 packets input, 0 bytes, 0 no buffer
        Received 0 broadcasts, 0 runts, 0 giants
        0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort
        0 pause input, 0 resume input
        0 L2 decode drops
        0 packets output, 0 bytes, 0 underruns
        0 pause output, 0 resume output
        0 output errors, 0 collisions, 0 interface resets
        0 late collisions, 0 deferred
        0 input reset drops, 0 output reset drops
        input queue (blocks free curr/low): hardware (511/511)
        output queue (blocks free curr/low): hardware (511/511)
  Traffic Statistics for "inside":
        0 packets input, 0 bytes
        0 packets output, 0 bytes
        0 packets dropped
      1 minute input rate 0 pkts/sec,  0 bytes/sec
      1 minute output rate 0 pkts/sec,  0 bytes/sec
      1 minute drop rate, 0 pkts/sec
      5 minute input rate 0 pkts/sec,  0 bytes/sec
      5 minute output rate 0 pkts/sec,  0 bytes/sec
      5 minute drop rate, 0 pkts/sec
gw# show interface inside stats
Interface GigabitEthernet0/1 "inside", is up, line protocol is up
  Hardware is i82540EM rev03, BW 1000 Mbps, DLY 10 usec
        Full-Duplex(Full-duplex), Auto-Speed(1000 Mbps)
        Input flow control is unsupported, output flow control is off
        MAC address 0000.0000.0000, MTU 1500
        IP address 10.77.0.1, subnet mask 255.255.255.0
        0 packets input, 0 bytes, 0 no buffer
        Received 0 broadcasts, 0 runts, 0 giants
        0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort
        0 pause input, 0 resume input
        0 L2 decode drops
        0 packets output, 0 bytes, 0 underruns
        0 pause output, 0 resume output
        0 output errors, 0 collisions, 0 interface resets
        0 late collisions, 0 deferred
        0 input reset drops, 0 output reset drops
        input queue (blocks free curr/low): hardware (511/511)
        output queue (blocks free curr/low): hardware (511/511)
  Traffic Statistics for "inside":
        0 packets input, 0 bytes
        0 packets output, 0 bytes
        0 packets dropped
      1 minute input rate 0 pkts/sec,  0 bytes/sec
      1 minute output rate 0 pkts/sec,  0 bytes/sec
      1 minute drop rate, 0 pkts/sec
      5 minute input rate 0 pkts/sec,  0 bytes/sec
      5 minute output rate 0 pkts/sec,  0 bytes/sec
      5 minute drop rate, 0 pkts/sec
gw# show interface inside summary
Interface GigabitEthernet0/1 "inside", is up, line protocol is up
        MAC address 0000.0000.0000, MTU 1500
        IP address 10.77.0.1, subnet mask 255.255.255.0
gw# show interface nothing
ERROR: interface nothing does not exist
gw# show traffic
outside:
	received (in <*> secs):
		0 packets	0 bytes
		0 pkts/sec	0 bytes/sec
	transmitted (in <*> secs):
		0 packets	0 bytes
		0 pkts/sec	0 bytes/sec
      1 minute input rate 0 pkts/sec,  0 bytes/sec
      1 minute output rate 0 pkts/sec,  0 bytes/sec
      1 minute drop rate, 0 pkts/sec
      5 minute input rate 0 pkts/sec,  0 bytes/sec
      5 minute output rate 0 pkts/sec,  0 bytes/sec
      5 minute drop rate, 0 pkts/sec
inside:
	received (in <*> secs):
		0 packets	0 bytes
		0 pkts/sec	0 bytes/sec
	transmitted (in <*> secs):
		0 packets	0 bytes
		0 pkts/sec	0 bytes/sec
      1 minute input rate 0 pkts/sec,  0 bytes/sec
      1 minute output rate 0 pkts/sec,  0 bytes/sec
      1 minute drop rate, 0 pkts/sec
      5 minute input rate 0 pkts/sec,  0 bytes/sec
      5 minute output rate 0 pkts/sec,  0 bytes/sec
      5 minute drop rate, 0 pkts/sec
gw# show arp
	outside 203.0.113.7 0200.5e10.0007 12
gw# show route

Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2, V - VPN
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route, + - replicated route
Gateway of last resort is 203.0.113.254 to network 0.0.0.0

S*       0.0.0.0 0.0.0.0 [1/0] via 203.0.113.254, outside
C        10.77.0.0 255.255.255.0 is directly connected, inside
L        10.77.0.1 255.255.255.255 is directly connected, inside
C        203.0.113.0 255.255.255.0 is directly connected, outside
L        203.0.113.1 255.255.255.255 is directly connected, outside
gw# conf t
gw(config)# interface GigabitEthernet0/1
gw(config-if)# no ip address
gw(config-if)# shutdown
gw(config-if)# description to nobody
gw(config-if)# show running-config interface GigabitEthernet0/1
!
interface GigabitEthernet0/1
 description to nobody
 shutdown
 nameif inside
 security-level 100
 no ip address
!
gw(config-if)# show interface ip brief
Interface                  IP-Address      OK? Method Status                Protocol
GigabitEthernet0/0         203.0.113.1     YES CONFIG up                    up
GigabitEthernet0/1         unassigned      YES unset  administratively down down
gw(config-if)# no shutdown
gw(config-if)# ip address 10.77.0.1 255.255.255.0
gw(config-if)# security-level 50
gw(config-if)# show nameif
Interface                Name                     Security
GigabitEthernet0/0       outside                    0
GigabitEthernet0/1       inside                    50
gw(config-if)# route outside 0 0 203.0.113.254
gw(config)# show running-config route
route outside 0.0.0.0 0.0.0.0 203.0.113.254 1
gw(config)# show route | include ^S
S*       0.0.0.0 0.0.0.0 [1/0] via 203.0.113.254, outside
gw(config)# route outside 0 0 203.0.113.254
WARNING: Route already exists
gw(config)# no route outside 0 0 203.0.113.254
gw(config)# mtu outside 1400
gw(config)# show running-config mtu
mtu outside 1400
gw(config)# clear interface
gw(config)# clear traffic
gw(config)# show ip local pool clients
Begin           End             Mask            Free     Held     In use
10.78.0.10      10.78.0.29      255.255.255.0      20        0        0

Available Addresses:
10.78.0.10
10.78.0.11
10.78.0.12
10.78.0.13
10.78.0.14
10.78.0.15
10.78.0.16
10.78.0.17
10.78.0.18
10.78.0.19
10.78.0.20
10.78.0.21
10.78.0.22
10.78.0.23
10.78.0.24
10.78.0.25
10.78.0.26
10.78.0.27
10.78.0.28
10.78.0.29
gw(config)# show ip local pool nothing
ERROR: IP pool 'nothing' does not exist
gw(config)# end
gw# 
