## (client) Packets of a client on its way in, captured, shown, copied. The line of a packet is that of the sample.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show capture
gw# capture capin interface outside match ip host 203.0.113.101 any
gw# capture in interface inside
gw# capture ike type isakmp interface outside buffer 2000
gw# capture in interface nothing
ERROR: nothing is not the name of an interface
gw# show capture
capture capin type raw-data interface outside [Capturing - <*> bytes]
  match ip host 203.0.113.101 any
capture in type raw-data interface inside [Capturing - <*> bytes]
capture ike type isakmp buffer 2000 interface outside [Capturing - 0 bytes]
gw# show capture in count 3

<*> packets captured

   1: <*>       10.78.0.10 > 10.77.0.9:  ip-proto-253, length 80
   2: <*>       10.77.0.9 > 10.78.0.10:  ip-proto-253, length 80
   3: <*>       10.78.0.10 > 10.77.0.9:  ip-proto-253, length 80
3 packets shown
gw# show capture ike

0 packets captured

0 packets shown
gw# show capture nothing
ERROR: Capture nothing does not exist
gw# copy /noconfirm /pcap capture:in disk0:in.pcap

<*> bytes copied in <*> secs
gw# dir

Directory of disk0:/

1      -rwx  <*>  in.pcap

268435456 bytes total <*> bytes free)
gw# delete /noconfirm in.pcap
gw# clear capture in
gw# no capture capin
gw# no capture nothing
ERROR: Capture nothing does not exist
gw# show capture
capture in type raw-data interface inside [Capturing - <*> bytes]
capture ike type isakmp buffer 2000 interface outside [Capturing - 0 bytes]
gw# no capture in
gw# no capture ike
gw# show capture
gw# 
