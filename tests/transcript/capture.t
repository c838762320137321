## capture: help with the texts and ranges of the appliance.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# capture ?

  WORD < 33 char  Capture name

ciscoasa# capture capin buffer ?

  <1534-33554432>  Buffer size in bytes

ciscoasa# capture capin buffer 
ERROR: % Incomplete command
ciscoasa# capture capin type ?

  asp-drop  Capture packets dropped with a particular reason
  isakmp    Capture encrypted and decrypted ISAKMP payloads
  raw-data  Capture inbound and outbound packets on one or more interfaces

ciscoasa# capture capin type 
ERROR: % Incomplete command
ciscoasa# capture capin interface inside ?

  access-list      Capture packets that match access-list
  buffer           Configure size of capture buffer, default is 512 KB
  circular-buffer  Overwrite buffer from beginning when full, default is
                   non-circular
  decrypted        With type isakmp: also the messages with their payloads in
                   clear (extension)
  headers-only     Capture only L2, L3 and L4 headers of packet without data in
                   them
  match            Capture packets matching five-tuple
  packet-length    Configure maximum length to save from each packet, default
                   is 1518 bytes
  type             Capture packets based on a particular type
  <cr>

ciscoasa# capture capin interface inside type
ERROR: % Incomplete command
ciscoasa# show capture ?

  WORD < 33 char  Capture name
  |               Output modifiers
  <cr>

ciscoasa# show capture x detail count
ERROR: % Incomplete command
ciscoasa# clear capture
ERROR: % Incomplete command
ciscoasa# 
