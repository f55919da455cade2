#pragma once

// The two files of a CA, as administrators get them from their company's PKI: PEM, or something
// else that is then named, with the command that converts it.

#include <memory>
#include <string>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace sekisho::gateway {

// All certificates of a PEM file in their order. Empty and `error` filled when there is none, or
// when one of them cannot be read.
std::vector<std::shared_ptr<x509_st>> read_certificates(const std::string& path,
                                                        std::string& error);

// nullptr and `error` filled when there is none, or it has a passphrase.
std::shared_ptr<evp_pkey_st> read_private_key(const std::string& path, std::string& error);

// Whether others than its owner and its group have access, or its group may write.
bool is_open_to_others(const std::string& path);

}  // namespace sekisho::gateway
