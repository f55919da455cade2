#include "gateway/tls/trust_store.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace sekisho::gateway {

void decode_extensions(X509_STORE* store) {
  const STACK_OF(X509_OBJECT)* all = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i)
    if (X509* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i)))
      X509_check_purpose(certificate, -1, 0);
}

}  // namespace sekisho::gateway
