#pragma once

struct x509_store_st;

namespace sekisho::gateway {

// Decodes what OpenSSL keeps of the extensions of each certificate in a store, which it does at the
// first verification else: after that threads share the store and only read. Before any has it.
void decode_extensions(x509_store_st* store);

}  // namespace sekisho::gateway
