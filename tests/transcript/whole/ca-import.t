## A key pair with its certificates by PKCS#12, certificates in answer to a request, and out again.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# crypto ca import nobody pkcs12 cisco123
ERROR: CA trustpoint 'nobody' is not known.
gw(config)# crypto ca trustpoint TP
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# exit
gw(config)# crypto ca export TP identity-certificate
ERROR: Trustpoint 'TP' has no identity certificate
gw(config)# crypto ca export TP pkcs12 cisco123
ERROR: trustpoint TP has no certificate of ours
gw(config)# crypto ca import TP pkcs12 wrong

Enter the base 64 encoded pkcs12.
End with the word "quit" on a line by itself:
<<MIILKQIBAzCCCu8GCSqGSIb3DQEHAaCCCuAEggrcMIIK2DCCB9cGCSqGSIb3DQEH
<<BqCCB8gwggfEAgEAMIIHvQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIRExq
<<PrkbZmwCAggAgIIHkG9TAojjjgmekG8L26/eosNpkLjOYM+aW+ElyHxwa96DKjXu
<<kzEbTr5sULMIETli+wnqft6qvTwSMuIGNayEMgRfQJn2v0UO7Cv05lejdaE8PSRF
<<6g5Cv2KpczgjPPBIfz+YSrRkfBIft27Inmo1DDbKm2ORwQH4jNplLRUkWhkEHoaN
<<PT5b7hmML22kZ/C7E0Vn4mK8KJYnWTJA08X+zODXTywpViScl0kHr+q6xjax9ue0
<<Elc/oSJAWLhf2GMMllkLwihsIpUywD7nM3ZEW5eH/50ieG5LgvbvyGaT9zNULTu1
<<kHHoTt6ouHs2Kz3nb1s+MTLQH45pNBMBnIF/7cd6tAeDIJ8HvqtynwKw6oIdtSjy
<<B0WsRICJEI5m00g6nEV+/Bs+eabB070JAwmlcJisrlklsEFnVHkXWgObsXhZbOMF
<<YhMJt/N9is0olsKK9ca81mDHUe2Fdy8X9LBtfwqhrPaVo8PJwLpo0yNKQldLXN5p
<<coVmp1WtLP+0u75FJcDpZTBnOJ1iyyvD57hl4ugrGF3BYHGLKGYY71J6OCR3Fl0W
<<OqLpSGU/+09QGq+jXRut56nKtjPuxgWgS5Hej9biDQgMUHtRy3YLWLN/0Gq/3z0+
<<f/ZRO6spO1Gr4qE/KrTnQkwvDvEO5xxr7zePM8MM1uL/0Z/nLKyOpJOoRy6dkG8/
<<z6qqNHyg33025oYipnD6PpJ0BDZ0e3jiPwPlHnSByAD0K+LYDJnJXtvYAnXkahoj
<<ONzvtfJCek9lrIZAEhi99lK4Mri8taF0o46YxhfxppqDN0FqV1PY8TptZh+WogxN
<<7auzQUD24lKCrbFc5DfgratHLNDWpjVY3uqWFPWuO5epuopwcngZ1SlW6XTcHj38
<<YR02rD/WavBbyRvPOWsf4gm1Y3QEG+mpPYC251O4tsVsf8JDjl6sg7HxtJ/oDBMh
<<48U4L4RJIHvDoxS+3ytgup0jWBbJtIt8Gnsjty14jjSTkxvdOC41Mqt+kL7y/seU
<<JhmtN1fj2GPpuGkJWS8d4j0T8ZO5F7V/gnWUxsme+v4+FEDdn639CowC5Bs7bWyc
<<MOabVOKDu3GR1Gv8IYIz8cWNBm3yrGzlT0Pa5dqpaAXydY8fFJYQtjrr8ubCWkK7
<<GEC9druJ0elJ6y3rL7JY6W23G280LEr4Qm5cyR/HQ4wBYl0cYtDGmfZIM4qMK8mg
<<Xnbhch3UtQfcfk5GrBTrobozuFiADuLM7U2Clt+TRWj+83R+CSTeVCzCRKvEnu0J
<<0kHc+cqI1+yZj42Vy7KtjEbIVkv9LqZB9KUYe8gCpY0SO7ZpZLIQiGirr1SJEhaH
<<Kyyb7ipOSsrdzBJhCjTel1LOzWnLG/coB/iStxlxTsoSB2ylTu8fxNv70kfchj6/
<<cmCua+qmcvU75th5ZbxVweTDyny6CVQVLoExMgxght2qsEkR+DPi0wFQhR0bZOk+
<<0EzlaV8pDCKdov7Bpd8K53AH7vq446Ko75CG3Aads19KV2nfPUrWWB/XmK/Yz65i
<<10+MYqPxGwB8IXNMdVsT0fTmeYxfRH7N/6y2ok0GcPZIc4ziMUOjT3mDmd0ZkuNH
<<uUP0u9jP8arHxvMOkg7YsyC5MSz8aePGM9V8EdpbAbX3TXYr5nsKwKwACMlABL7q
<<tGQAQ2Hi1OCDWjkWfjQ3YcyULFmprCSOOnZPRQmlavVMcmSoCTQTAaHZjhohzrhS
<<2yAlNzTtLGcGezoE57byoFGZzR2MWG2aq5IwJKZI4hXnlQb2I8YrCRMazN2iRkdD
<<9ULsOAjsx8IT/uaSRjqwURhIV+CW5F8BAg2g4NI2YX9boJmVZcfRKTGuR4ldQ+0w
<<BU9dE73AYVCyVC3rUL6G/yc2MExGhxJXlwgRp9OLGlpdKZVTSw9X65MjEBxXhN/L
<<5SoTdVFLjFUGCZlQg6WuSMl0NepWvYDHx1aibBQ6K/8M7fEmrBp5/VO7/V36eY3E
<<ONL6j/bFNMRWst2pwhPbNMmpzNwFnXKT/WYtbhDnLdRmdg4sku6mFiCj4OyubAUd
<<vJXFcmmCAZ+/whonF7FqIiozl+i2gvI/d33UuJfgNB49anJ+357TI+4EUUTbNge1
<<B1wTjg7fF71bdjQP3FWP851v4SD1svQ70X5hKEygtnP3Vs8gGjW/vXasdvpsInQ6
<<Kc4q5Of08+h5L9v33Fu7nOXlSqxiHpqG+TwkoTtGjk1m2GLyaiDuSG/2eYEhnNqD
<<ewVeVOu7Z8420ZLw5cU9d4VihXZ+2NirF9MpyzRgqLZwOkFir2albjJOE+y+/3kR
<<PrLZAlhuBFr5rqxsvTAZnOWLygVtQk6fVkIufvsq9YDdztULbHjVjEvhews+EMjm
<<A4JyE81ZmZUuNtdRSsgTvMmdyGqukwneymy7zeWMm1hzHTWg04nzFB/iO5lyq46f
<<8UJ6012ta3bzMIxyYBKPUZOYJpeVgkFdBtJ0OKJ1pNQCJ0tNzIU9nEexRvOK9NFC
<<s3hkkZ97NFJ+Yl1xHOiGnxST2Eeg11ydO+OIui52oYK6KYtoQH3pziRXy5anbT+X
<<Ux3FZWcghacj4qeWs7v8UR4RSpkZcoLaaW86u/wwggL5BgkqhkiG9w0BBwGgggLq
<<BIIC5jCCAuIwggLeBgsqhkiG9w0BDAoBAqCCAqYwggKiMBwGCiqGSIb3DQEMAQMw
<<DgQI+ezUZYd2ZyoCAggABIICgNro/2uZPWmFLba2fNe/ckcBxwoNMEnNYKDDor9T
<<R3eB8WMLSk8r7I72GG0bdj84keoGOqEAXESpD9dXjuiCO8OETOGpnszl7dkB2ULc
<<7Y7D8Usic/6XeGktnQiMGtqbQOoaMqaOxa5DX+HzcIdFEqhq+MN18LbldrR6oISn
<<SrEC5afQY6gwzUx5fSDGP6gwDIKyzJDJcShp2k+CIYDnvWp/xkbj6bpXa9QSx9y8
<<hNvmNgDpX2a8NSO/Y25sZ9Vw3/Ys1L2RC7FIU6lQY0duWe7UZkUqlIgPgNryLiFl
<<TptdKdbzHmP1oTcV5wX2TLHJ1iHnxfZJjCHaDPvrcS1uXXayRNAXWD0UKtOrmkyS
<<VcbIOp8VTVpT+BrGGaYCRO35bM6IXUID/e5+BIwK4mNj+sjZF0ur8qBvDPKNTte/
<<kEW7bBc3j7qSiTWP9cQERtvrU8tleTEyjWFkdTawwXEoWiDpRvGyPXElkWK1WaLO
<<0V3I3kbS6hJieW2WT3EY+VeL/s6CUd+4pdu8fSiMX22z2pvfvEB3ZM6pLWCxJxzJ
<<KuQbyElkV2d5RinG9NEslIiE4SXV4hDLNvexcGtWswHSiDHe3XIUDbOlN0S7fMbf
<<VZhuJozIE3pWK0+2l4/xvOuZN3I7S9Ikkk35FIjsBZ8VFJNFMcii3NSRLnsAf6ec
<<S6Q2wdZwoIWkCwnzpy71PrrnDb7405hK/h56XeSViDoqt8ARgSvgAO9/Fa6TzakU
<<1AItT/wKVAkCKSY1s9Zo/In8F75AdSErOtTrKNiTOnL3CdzOxjGJyFCaqX6jNZ3t
<<aVLdC77X9WWT1l0LEifsiGG1cz9cKReRNqle6j/EDI9V3hsxJTAjBgkqhkiG9w0B
<<CRUxFgQU99d3vwGYy2fVtRg1zrW6evBkSIgwMTAhMAkGBSsOAwIaBQAEFB/0uagg
<<AKp0ZQMdR84nxXyNcdxZBAi9QLHtrcoiDgICCAA=
<<quit
ERROR: Import PKCS12 operation failed: the passphrase is wrong
gw(config)# crypto ca import TP pkcs12 cisco123

Enter the base 64 encoded pkcs12.
End with the word "quit" on a line by itself:
<<MIILKQIBAzCCCu8GCSqGSIb3DQEHAaCCCuAEggrcMIIK2DCCB9cGCSqGSIb3DQEH
<<BqCCB8gwggfEAgEAMIIHvQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIRExq
<<PrkbZmwCAggAgIIHkG9TAojjjgmekG8L26/eosNpkLjOYM+aW+ElyHxwa96DKjXu
<<kzEbTr5sULMIETli+wnqft6qvTwSMuIGNayEMgRfQJn2v0UO7Cv05lejdaE8PSRF
<<6g5Cv2KpczgjPPBIfz+YSrRkfBIft27Inmo1DDbKm2ORwQH4jNplLRUkWhkEHoaN
<<PT5b7hmML22kZ/C7E0Vn4mK8KJYnWTJA08X+zODXTywpViScl0kHr+q6xjax9ue0
<<Elc/oSJAWLhf2GMMllkLwihsIpUywD7nM3ZEW5eH/50ieG5LgvbvyGaT9zNULTu1
<<kHHoTt6ouHs2Kz3nb1s+MTLQH45pNBMBnIF/7cd6tAeDIJ8HvqtynwKw6oIdtSjy
<<B0WsRICJEI5m00g6nEV+/Bs+eabB070JAwmlcJisrlklsEFnVHkXWgObsXhZbOMF
<<YhMJt/N9is0olsKK9ca81mDHUe2Fdy8X9LBtfwqhrPaVo8PJwLpo0yNKQldLXN5p
<<coVmp1WtLP+0u75FJcDpZTBnOJ1iyyvD57hl4ugrGF3BYHGLKGYY71J6OCR3Fl0W
<<OqLpSGU/+09QGq+jXRut56nKtjPuxgWgS5Hej9biDQgMUHtRy3YLWLN/0Gq/3z0+
<<f/ZRO6spO1Gr4qE/KrTnQkwvDvEO5xxr7zePM8MM1uL/0Z/nLKyOpJOoRy6dkG8/
<<z6qqNHyg33025oYipnD6PpJ0BDZ0e3jiPwPlHnSByAD0K+LYDJnJXtvYAnXkahoj
<<ONzvtfJCek9lrIZAEhi99lK4Mri8taF0o46YxhfxppqDN0FqV1PY8TptZh+WogxN
<<7auzQUD24lKCrbFc5DfgratHLNDWpjVY3uqWFPWuO5epuopwcngZ1SlW6XTcHj38
<<YR02rD/WavBbyRvPOWsf4gm1Y3QEG+mpPYC251O4tsVsf8JDjl6sg7HxtJ/oDBMh
<<48U4L4RJIHvDoxS+3ytgup0jWBbJtIt8Gnsjty14jjSTkxvdOC41Mqt+kL7y/seU
<<JhmtN1fj2GPpuGkJWS8d4j0T8ZO5F7V/gnWUxsme+v4+FEDdn639CowC5Bs7bWyc
<<MOabVOKDu3GR1Gv8IYIz8cWNBm3yrGzlT0Pa5dqpaAXydY8fFJYQtjrr8ubCWkK7
<<GEC9druJ0elJ6y3rL7JY6W23G280LEr4Qm5cyR/HQ4wBYl0cYtDGmfZIM4qMK8mg
<<Xnbhch3UtQfcfk5GrBTrobozuFiADuLM7U2Clt+TRWj+83R+CSTeVCzCRKvEnu0J
<<0kHc+cqI1+yZj42Vy7KtjEbIVkv9LqZB9KUYe8gCpY0SO7ZpZLIQiGirr1SJEhaH
<<Kyyb7ipOSsrdzBJhCjTel1LOzWnLG/coB/iStxlxTsoSB2ylTu8fxNv70kfchj6/
<<cmCua+qmcvU75th5ZbxVweTDyny6CVQVLoExMgxght2qsEkR+DPi0wFQhR0bZOk+
<<0EzlaV8pDCKdov7Bpd8K53AH7vq446Ko75CG3Aads19KV2nfPUrWWB/XmK/Yz65i
<<10+MYqPxGwB8IXNMdVsT0fTmeYxfRH7N/6y2ok0GcPZIc4ziMUOjT3mDmd0ZkuNH
<<uUP0u9jP8arHxvMOkg7YsyC5MSz8aePGM9V8EdpbAbX3TXYr5nsKwKwACMlABL7q
<<tGQAQ2Hi1OCDWjkWfjQ3YcyULFmprCSOOnZPRQmlavVMcmSoCTQTAaHZjhohzrhS
<<2yAlNzTtLGcGezoE57byoFGZzR2MWG2aq5IwJKZI4hXnlQb2I8YrCRMazN2iRkdD
<<9ULsOAjsx8IT/uaSRjqwURhIV+CW5F8BAg2g4NI2YX9boJmVZcfRKTGuR4ldQ+0w
<<BU9dE73AYVCyVC3rUL6G/yc2MExGhxJXlwgRp9OLGlpdKZVTSw9X65MjEBxXhN/L
<<5SoTdVFLjFUGCZlQg6WuSMl0NepWvYDHx1aibBQ6K/8M7fEmrBp5/VO7/V36eY3E
<<ONL6j/bFNMRWst2pwhPbNMmpzNwFnXKT/WYtbhDnLdRmdg4sku6mFiCj4OyubAUd
<<vJXFcmmCAZ+/whonF7FqIiozl+i2gvI/d33UuJfgNB49anJ+357TI+4EUUTbNge1
<<B1wTjg7fF71bdjQP3FWP851v4SD1svQ70X5hKEygtnP3Vs8gGjW/vXasdvpsInQ6
<<Kc4q5Of08+h5L9v33Fu7nOXlSqxiHpqG+TwkoTtGjk1m2GLyaiDuSG/2eYEhnNqD
<<ewVeVOu7Z8420ZLw5cU9d4VihXZ+2NirF9MpyzRgqLZwOkFir2albjJOE+y+/3kR
<<PrLZAlhuBFr5rqxsvTAZnOWLygVtQk6fVkIufvsq9YDdztULbHjVjEvhews+EMjm
<<A4JyE81ZmZUuNtdRSsgTvMmdyGqukwneymy7zeWMm1hzHTWg04nzFB/iO5lyq46f
<<8UJ6012ta3bzMIxyYBKPUZOYJpeVgkFdBtJ0OKJ1pNQCJ0tNzIU9nEexRvOK9NFC
<<s3hkkZ97NFJ+Yl1xHOiGnxST2Eeg11ydO+OIui52oYK6KYtoQH3pziRXy5anbT+X
<<Ux3FZWcghacj4qeWs7v8UR4RSpkZcoLaaW86u/wwggL5BgkqhkiG9w0BBwGgggLq
<<BIIC5jCCAuIwggLeBgsqhkiG9w0BDAoBAqCCAqYwggKiMBwGCiqGSIb3DQEMAQMw
<<DgQI+ezUZYd2ZyoCAggABIICgNro/2uZPWmFLba2fNe/ckcBxwoNMEnNYKDDor9T
<<R3eB8WMLSk8r7I72GG0bdj84keoGOqEAXESpD9dXjuiCO8OETOGpnszl7dkB2ULc
<<7Y7D8Usic/6XeGktnQiMGtqbQOoaMqaOxa5DX+HzcIdFEqhq+MN18LbldrR6oISn
<<SrEC5afQY6gwzUx5fSDGP6gwDIKyzJDJcShp2k+CIYDnvWp/xkbj6bpXa9QSx9y8
<<hNvmNgDpX2a8NSO/Y25sZ9Vw3/Ys1L2RC7FIU6lQY0duWe7UZkUqlIgPgNryLiFl
<<TptdKdbzHmP1oTcV5wX2TLHJ1iHnxfZJjCHaDPvrcS1uXXayRNAXWD0UKtOrmkyS
<<VcbIOp8VTVpT+BrGGaYCRO35bM6IXUID/e5+BIwK4mNj+sjZF0ur8qBvDPKNTte/
<<kEW7bBc3j7qSiTWP9cQERtvrU8tleTEyjWFkdTawwXEoWiDpRvGyPXElkWK1WaLO
<<0V3I3kbS6hJieW2WT3EY+VeL/s6CUd+4pdu8fSiMX22z2pvfvEB3ZM6pLWCxJxzJ
<<KuQbyElkV2d5RinG9NEslIiE4SXV4hDLNvexcGtWswHSiDHe3XIUDbOlN0S7fMbf
<<VZhuJozIE3pWK0+2l4/xvOuZN3I7S9Ikkk35FIjsBZ8VFJNFMcii3NSRLnsAf6ec
<<S6Q2wdZwoIWkCwnzpy71PrrnDb7405hK/h56XeSViDoqt8ARgSvgAO9/Fa6TzakU
<<1AItT/wKVAkCKSY1s9Zo/In8F75AdSErOtTrKNiTOnL3CdzOxjGJyFCaqX6jNZ3t
<<aVLdC77X9WWT1l0LEifsiGG1cz9cKReRNqle6j/EDI9V3hsxJTAjBgkqhkiG9w0B
<<CRUxFgQU99d3vwGYy2fVtRg1zrW6evBkSIgwMTAhMAkGBSsOAwIaBQAEFB/0uagg
<<AKp0ZQMdR84nxXyNcdxZBAi9QLHtrcoiDgICCAA=
<<quit

Trustpoint 'TP' is a subordinate CA and holds a non self-signed certificate.

Trustpoint CA certificate accepted.
INFO: Import PKCS12 operation completed successfully
WARNING: trustpoint TP: its key has 1024 bits, newer clients want 2048
WARNING: trustpoint TP: clients have to dial asa.qytang.com, the alternative name (SAN) of its certificate; this appliance is gw
INFO: trustpoint TP: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config)# show running-config crypto ca trustpoint
crypto ca trustpoint TP
 enrollment terminal
 keypair TP
 crl configure
crypto ca trustpoint TP-1
 crl configure
gw(config)# show running-config crypto ca certificate chain | include certificate
crypto ca certificate chain TP
 certificate 3003
 certificate ca 2002
crypto ca certificate chain TP-1
 certificate ca 1001
gw(config)# show history
  en
  terminal pager 0
  conf t
  crypto ca import nobody pkcs12 *****
  crypto ca trustpoint TP
  enrollment terminal
  exit
  crypto ca export TP identity-certificate
  crypto ca export TP pkcs12 *****
  crypto ca import TP pkcs12 *****
  crypto ca import TP pkcs12 *****
  show running-config crypto ca trustpoint
  show running-config crypto ca certificate chain | include certificate
  show history
gw(config)# crypto ca export TP identity-certificate
The PEM encoded identity certificate follows:

-----BEGIN CERTIFICATE-----
MIICWzCCAcSgAwIBAgICMAMwDQYJKoZIhvcNAQELBQAwLzELMAkGA1UEBhMCQ04x
DzANBgNVBAoMBnF5dGFuZzEPMA0GA1UEAwwGU3ViIENBMB4XDTIwMDEwMTAwMDAw
MFoXDTQ5MTIyNDAwMDAwMFowJjELMAkGA1UEBhMCQ04xFzAVBgNVBAMMDmFzYS5x
eXRhbmcuY29tMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCha/c6++IbZLY4
UE3Wlw2YfpYgNg6GDQoqA8+PWo1luK+ZAc+hs2CJOSWsyVtwwG+mPaewvwo+zS8O
EqmuV8Hua6vCYny6vSzpfeTKlegHbDLffpQYBiClCK18ttkhDX2q99sV0cn65IAE
0ChMkED5vRUbPUvWcYaEwUesp9P8TQIDAQABo4GOMIGLMAkGA1UdEwQCMAAwDgYD
VR0PAQH/BAQDAgeAMBkGA1UdEQQSMBCCDmFzYS5xeXRhbmcuY29tMBMGA1UdJQQM
MAoGCCsGAQUFBwMBMB0GA1UdDgQWBBTIJzzCAmrywrdtIafbxJk61O56fDAfBgNV
HSMEGDAWgBQeJaCQaHgZk48/WnlAr8z72zt9GjANBgkqhkiG9w0BAQsFAAOBgQBJ
bL6jQ8OPdj6RKRLWM2c4qaUilzIM4Kjp0Ts12Pezfeu+KNjoxRIHdrL4tTSjF0xT
+fGYHDsRNuj8h49EpTT8o3CTI3TpyaYYK9oxhmIshEg5e/1CcVUBn4tCLDzgGlTk
b0Zod895/MsYxeXuJQCZQfxmZgvMI2xcxmXRGEBciQ==
-----END CERTIFICATE-----
gw(config)# crypto ca import TP pkcs12 cisco123

Enter the base 64 encoded pkcs12.
End with the word "quit" on a line by itself:
<<MIILKQIBAzCCCu8GCSqGSIb3DQEHAaCCCuAEggrcMIIK2DCCB9cGCSqGSIb3DQEH
<<BqCCB8gwggfEAgEAMIIHvQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIRExq
<<PrkbZmwCAggAgIIHkG9TAojjjgmekG8L26/eosNpkLjOYM+aW+ElyHxwa96DKjXu
<<kzEbTr5sULMIETli+wnqft6qvTwSMuIGNayEMgRfQJn2v0UO7Cv05lejdaE8PSRF
<<6g5Cv2KpczgjPPBIfz+YSrRkfBIft27Inmo1DDbKm2ORwQH4jNplLRUkWhkEHoaN
<<PT5b7hmML22kZ/C7E0Vn4mK8KJYnWTJA08X+zODXTywpViScl0kHr+q6xjax9ue0
<<Elc/oSJAWLhf2GMMllkLwihsIpUywD7nM3ZEW5eH/50ieG5LgvbvyGaT9zNULTu1
<<kHHoTt6ouHs2Kz3nb1s+MTLQH45pNBMBnIF/7cd6tAeDIJ8HvqtynwKw6oIdtSjy
<<B0WsRICJEI5m00g6nEV+/Bs+eabB070JAwmlcJisrlklsEFnVHkXWgObsXhZbOMF
<<YhMJt/N9is0olsKK9ca81mDHUe2Fdy8X9LBtfwqhrPaVo8PJwLpo0yNKQldLXN5p
<<coVmp1WtLP+0u75FJcDpZTBnOJ1iyyvD57hl4ugrGF3BYHGLKGYY71J6OCR3Fl0W
<<OqLpSGU/+09QGq+jXRut56nKtjPuxgWgS5Hej9biDQgMUHtRy3YLWLN/0Gq/3z0+
<<f/ZRO6spO1Gr4qE/KrTnQkwvDvEO5xxr7zePM8MM1uL/0Z/nLKyOpJOoRy6dkG8/
<<z6qqNHyg33025oYipnD6PpJ0BDZ0e3jiPwPlHnSByAD0K+LYDJnJXtvYAnXkahoj
<<ONzvtfJCek9lrIZAEhi99lK4Mri8taF0o46YxhfxppqDN0FqV1PY8TptZh+WogxN
<<7auzQUD24lKCrbFc5DfgratHLNDWpjVY3uqWFPWuO5epuopwcngZ1SlW6XTcHj38
<<YR02rD/WavBbyRvPOWsf4gm1Y3QEG+mpPYC251O4tsVsf8JDjl6sg7HxtJ/oDBMh
<<48U4L4RJIHvDoxS+3ytgup0jWBbJtIt8Gnsjty14jjSTkxvdOC41Mqt+kL7y/seU
<<JhmtN1fj2GPpuGkJWS8d4j0T8ZO5F7V/gnWUxsme+v4+FEDdn639CowC5Bs7bWyc
<<MOabVOKDu3GR1Gv8IYIz8cWNBm3yrGzlT0Pa5dqpaAXydY8fFJYQtjrr8ubCWkK7
<<GEC9druJ0elJ6y3rL7JY6W23G280LEr4Qm5cyR/HQ4wBYl0cYtDGmfZIM4qMK8mg
<<Xnbhch3UtQfcfk5GrBTrobozuFiADuLM7U2Clt+TRWj+83R+CSTeVCzCRKvEnu0J
<<0kHc+cqI1+yZj42Vy7KtjEbIVkv9LqZB9KUYe8gCpY0SO7ZpZLIQiGirr1SJEhaH
<<Kyyb7ipOSsrdzBJhCjTel1LOzWnLG/coB/iStxlxTsoSB2ylTu8fxNv70kfchj6/
<<cmCua+qmcvU75th5ZbxVweTDyny6CVQVLoExMgxght2qsEkR+DPi0wFQhR0bZOk+
<<0EzlaV8pDCKdov7Bpd8K53AH7vq446Ko75CG3Aads19KV2nfPUrWWB/XmK/Yz65i
<<10+MYqPxGwB8IXNMdVsT0fTmeYxfRH7N/6y2ok0GcPZIc4ziMUOjT3mDmd0ZkuNH
<<uUP0u9jP8arHxvMOkg7YsyC5MSz8aePGM9V8EdpbAbX3TXYr5nsKwKwACMlABL7q
<<tGQAQ2Hi1OCDWjkWfjQ3YcyULFmprCSOOnZPRQmlavVMcmSoCTQTAaHZjhohzrhS
<<2yAlNzTtLGcGezoE57byoFGZzR2MWG2aq5IwJKZI4hXnlQb2I8YrCRMazN2iRkdD
<<9ULsOAjsx8IT/uaSRjqwURhIV+CW5F8BAg2g4NI2YX9boJmVZcfRKTGuR4ldQ+0w
<<BU9dE73AYVCyVC3rUL6G/yc2MExGhxJXlwgRp9OLGlpdKZVTSw9X65MjEBxXhN/L
<<5SoTdVFLjFUGCZlQg6WuSMl0NepWvYDHx1aibBQ6K/8M7fEmrBp5/VO7/V36eY3E
<<ONL6j/bFNMRWst2pwhPbNMmpzNwFnXKT/WYtbhDnLdRmdg4sku6mFiCj4OyubAUd
<<vJXFcmmCAZ+/whonF7FqIiozl+i2gvI/d33UuJfgNB49anJ+357TI+4EUUTbNge1
<<B1wTjg7fF71bdjQP3FWP851v4SD1svQ70X5hKEygtnP3Vs8gGjW/vXasdvpsInQ6
<<Kc4q5Of08+h5L9v33Fu7nOXlSqxiHpqG+TwkoTtGjk1m2GLyaiDuSG/2eYEhnNqD
<<ewVeVOu7Z8420ZLw5cU9d4VihXZ+2NirF9MpyzRgqLZwOkFir2albjJOE+y+/3kR
<<PrLZAlhuBFr5rqxsvTAZnOWLygVtQk6fVkIufvsq9YDdztULbHjVjEvhews+EMjm
<<A4JyE81ZmZUuNtdRSsgTvMmdyGqukwneymy7zeWMm1hzHTWg04nzFB/iO5lyq46f
<<8UJ6012ta3bzMIxyYBKPUZOYJpeVgkFdBtJ0OKJ1pNQCJ0tNzIU9nEexRvOK9NFC
<<s3hkkZ97NFJ+Yl1xHOiGnxST2Eeg11ydO+OIui52oYK6KYtoQH3pziRXy5anbT+X
<<Ux3FZWcghacj4qeWs7v8UR4RSpkZcoLaaW86u/wwggL5BgkqhkiG9w0BBwGgggLq
<<BIIC5jCCAuIwggLeBgsqhkiG9w0BDAoBAqCCAqYwggKiMBwGCiqGSIb3DQEMAQMw
<<DgQI+ezUZYd2ZyoCAggABIICgNro/2uZPWmFLba2fNe/ckcBxwoNMEnNYKDDor9T
<<R3eB8WMLSk8r7I72GG0bdj84keoGOqEAXESpD9dXjuiCO8OETOGpnszl7dkB2ULc
<<7Y7D8Usic/6XeGktnQiMGtqbQOoaMqaOxa5DX+HzcIdFEqhq+MN18LbldrR6oISn
<<SrEC5afQY6gwzUx5fSDGP6gwDIKyzJDJcShp2k+CIYDnvWp/xkbj6bpXa9QSx9y8
<<hNvmNgDpX2a8NSO/Y25sZ9Vw3/Ys1L2RC7FIU6lQY0duWe7UZkUqlIgPgNryLiFl
<<TptdKdbzHmP1oTcV5wX2TLHJ1iHnxfZJjCHaDPvrcS1uXXayRNAXWD0UKtOrmkyS
<<VcbIOp8VTVpT+BrGGaYCRO35bM6IXUID/e5+BIwK4mNj+sjZF0ur8qBvDPKNTte/
<<kEW7bBc3j7qSiTWP9cQERtvrU8tleTEyjWFkdTawwXEoWiDpRvGyPXElkWK1WaLO
<<0V3I3kbS6hJieW2WT3EY+VeL/s6CUd+4pdu8fSiMX22z2pvfvEB3ZM6pLWCxJxzJ
<<KuQbyElkV2d5RinG9NEslIiE4SXV4hDLNvexcGtWswHSiDHe3XIUDbOlN0S7fMbf
<<VZhuJozIE3pWK0+2l4/xvOuZN3I7S9Ikkk35FIjsBZ8VFJNFMcii3NSRLnsAf6ec
<<S6Q2wdZwoIWkCwnzpy71PrrnDb7405hK/h56XeSViDoqt8ARgSvgAO9/Fa6TzakU
<<1AItT/wKVAkCKSY1s9Zo/In8F75AdSErOtTrKNiTOnL3CdzOxjGJyFCaqX6jNZ3t
<<aVLdC77X9WWT1l0LEifsiGG1cz9cKReRNqle6j/EDI9V3hsxJTAjBgkqhkiG9w0B
<<CRUxFgQU99d3vwGYy2fVtRg1zrW6evBkSIgwMTAhMAkGBSsOAwIaBQAEFB/0uagg
<<AKp0ZQMdR84nxXyNcdxZBAi9QLHtrcoiDgICCAA=
<<quit
% You already have RSA keys named TP.
% If you replace them, all device certs issued using these keys
% will be removed.
% Do you really want to replace them? [yes/no]: <<no
ERROR: Import PKCS12 operation failed: the key pair is not replaced
## answers to a request
gw(config)# crypto ca import TP certificate
% The fully-qualified domain name in the certificate will be: gw

Enter the base 64 encoded certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIIBrzCCARgCAlAFMA0GCSqGSIb3DQEBCwUAMC8xCzAJBgNVBAYTAkNOMQ8wDQYD
<<VQQKDAZxeXRhbmcxDzANBgNVBAMMBlN1YiBDQTAeFw0yMDAxMDEwMDAwMDBaFw00
<<OTEyMjQwMDAwMDBaMBAxDjAMBgNVBAMMBW90aGVyMIGfMA0GCSqGSIb3DQEBAQUA
<<A4GNADCBiQKBgQDPelThIDDq/3+LavJlU4xDseBdUMncQzP+P4O/7smydu1r3MRD
<<6jly6eBT5Q5QN2+7HF6fjCsCaiZ+uCZZM/IXKTj9t6DdJ0w2b2D8FY/QWTa3J/1k
<<2n/XzB8yjLW9A9dSibM+c4TMKdTIkxkairxtmDijVGpT04B6DIzEMIjqCwIDAQAB
<<MA0GCSqGSIb3DQEBCwUAA4GBALj/l0mD0guX+jSc+lq+7t2kBHVpE19uB3ZChPDw
<<Ex6v98r6ACPynMQ8UK2XEAGjREYOldsJm1iEJeqiDrqPwti/S6C2iYL8Sc4XI3wC
<<LL/cy45gEUrcsT8YMMR590LfI8Qum5bW9PbCeWDcuDHqEyv/YSSQ+BCpRRcvs3bz
<<fKzw
<<-----END CERTIFICATE-----
<<quit
ERROR: Failed to parse or verify imported certificate: its public key is not that of the trustpoint's key pair
gw(config)# crypto ca import TP certificate nointeractive
% The fully-qualified domain name in the certificate will be: gw

Enter the base 64 encoded certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIIBxjCCAS8CAkAEMA0GCSqGSIb3DQEBBQUAMDAxCzAJBgNVBAYTAkNOMQ8wDQYD
<<VQQKDAZxeXRhbmcxEDAOBgNVBAMMB1Jvb3QgQ0EwHhcNMjAwMTAxMDAwMDAwWhcN
<<NDkxMjI0MDAwMDAwWjAmMQswCQYDVQQGEwJDTjEXMBUGA1UEAwwOYXNhLnF5dGFu
<<Zy5jb20wgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAKFr9zr74htktjhQTdaX
<<DZh+liA2DoYNCioDz49ajWW4r5kBz6GzYIk5JazJW3DAb6Y9p7C/Cj7NLw4Sqa5X
<<we5rq8JifLq9LOl95MqV6AdsMt9+lBgGIKUIrXy22SENfar32xXRyfrkgATQKEyQ
<<QPm9FRs9S9ZxhoTBR6yn0/xNAgMBAAEwDQYJKoZIhvcNAQEFBQADgYEAq2VFcxNw
<<plt9weYN5ckccAX5eN+A5TLtc6GXMX7XT24XvqxuMNURO2qW8R3GtKmlr0OnbS3p
<<nypYDlavMqtjAUAyFxP2u6HFri6Ll5R2CROupovqsQjde9jiBJgadZFu1OOq2ATS
<<QZ4vT5bi8WPrEQQhXKdhpKnv0SJllZBT8mo=
<<-----END CERTIFICATE-----
<<quit
ERROR: Failed to parse or verify imported certificate: it was not issued by the CA of the trustpoint
gw(config)# crypto ca trustpoint TP
gw(config-ca-trustpoint)# fqdn asa.qytang.com
gw(config-ca-trustpoint)# ip-address 202.100.3.10
gw(config-ca-trustpoint)# crypto ca import TP certificate
%WARNING: The certificate enrollment is configured with an fqdn
that differs from the system fqdn. If this certificate will be
used for VPN authentication this may cause connection problems.

Would you like to continue with this enrollment? [yes/no]: <<yes
% The fully-qualified domain name in the certificate will be: asa.qytang.com

% The IP address in the certificate is 202.100.3.10

Enter the base 64 encoded certificate.
End with the word "quit" on a line by itself

<<-----BEGIN CERTIFICATE-----
<<MIICWzCCAcSgAwIBAgICMAMwDQYJKoZIhvcNAQELBQAwLzELMAkGA1UEBhMCQ04x
<<DzANBgNVBAoMBnF5dGFuZzEPMA0GA1UEAwwGU3ViIENBMB4XDTIwMDEwMTAwMDAw
<<MFoXDTQ5MTIyNDAwMDAwMFowJjELMAkGA1UEBhMCQ04xFzAVBgNVBAMMDmFzYS5x
<<eXRhbmcuY29tMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCha/c6++IbZLY4
<<UE3Wlw2YfpYgNg6GDQoqA8+PWo1luK+ZAc+hs2CJOSWsyVtwwG+mPaewvwo+zS8O
<<EqmuV8Hua6vCYny6vSzpfeTKlegHbDLffpQYBiClCK18ttkhDX2q99sV0cn65IAE
<<0ChMkED5vRUbPUvWcYaEwUesp9P8TQIDAQABo4GOMIGLMAkGA1UdEwQCMAAwDgYD
<<VR0PAQH/BAQDAgeAMBkGA1UdEQQSMBCCDmFzYS5xeXRhbmcuY29tMBMGA1UdJQQM
<<MAoGCCsGAQUFBwMBMB0GA1UdDgQWBBTIJzzCAmrywrdtIafbxJk61O56fDAfBgNV
<<HSMEGDAWgBQeJaCQaHgZk48/WnlAr8z72zt9GjANBgkqhkiG9w0BAQsFAAOBgQBJ
<<bL6jQ8OPdj6RKRLWM2c4qaUilzIM4Kjp0Ts12Pezfeu+KNjoxRIHdrL4tTSjF0xT
<<+fGYHDsRNuj8h49EpTT8o3CTI3TpyaYYK9oxhmIshEg5e/1CcVUBn4tCLDzgGlTk
<<b0Zod895/MsYxeXuJQCZQfxmZgvMI2xcxmXRGEBciQ==
<<-----END CERTIFICATE-----
<<quit
INFO: Certificate successfully imported
WARNING: trustpoint TP: its key has 1024 bits, newer clients want 2048
WARNING: trustpoint TP: clients have to dial asa.qytang.com, the alternative name (SAN) of its certificate; this appliance is gw
INFO: trustpoint TP: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config-ca-trustpoint)# crypto ca export TP pkcs12 cisco123

Exported pkcs12 follows:
-----BEGIN PKCS12-----
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
-----END PKCS12-----
---End - This line not part of the pkcs12---

gw(config-ca-trustpoint)# end
gw# 
