#include <gmock/gmock.h>

#include "api/base/base64.h"
#include "api/pki/jwt.h"
#include "api/pki/key.h"
#include "api/types/account_claims.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kAccounts = "/api/v1/namespaces/d/serviceaccounts";
constexpr const char* kTokens = "/api/v1/namespaces/d/serviceaccounts/web/token";
constexpr const char* kReviews = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr const char* kWhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
constexpr const char* kIssuer = AccountTokens::kIssuer;

const std::string& AccountKey() {
  static const std::string kKey = *pki::GenerateKey();
  return kKey;
}

class AccountTokenTest : public ApiTest {
 protected:
  AccountTokenTest() { account_key_ = AccountKey(); }
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(Post(kAccounts, R"({"metadata":{"name":"web"}})").code, 201);
  }

  std::string Ask(const std::string& spec = "{}") {
    const Answer answer = Post(kTokens, R"({"spec":)" + spec + "}");
    EXPECT_EQ(answer.code, 201) << answer.text;
    return answer.Text({"status", "token"});
  }
  std::string UidOf(const std::string& path) { return Get(path).Text({"metadata", "uid"}); }
  void MakePod(const std::string& name, const std::string& more) {
    const Answer made = Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":")" + name + R"("},"spec":{)" + more +
                                                              R"(,"containers":[{"name":"a","image":"i"}]}})");
    ASSERT_EQ(made.code, 201) << made.text;
  }
  JsonDocument ClaimsOf(const std::string& token) {
    const Result<std::string> claims = pki::TokenKey::Load(account_key_)->Verify(token);
    EXPECT_TRUE(claims.ok()) << claims.status().message();
    return std::move(*ParseJson(claims.ok() ? *claims : "{}"));
  }
  // What who shows the token is told about himself.
  Answer AskAs(const std::string& token) {
    const std::string before = std::exchange(token_, token);
    Answer answer = Post(kWhoAmI, R"({"kind":"SelfSubjectReview"})");
    token_ = before;
    return answer;
  }
  Answer Review(const std::string& token, const std::string& audiences = "[]") {
    return Post(kReviews, R"({"spec":{"token":")" + token + R"(","audiences":)" + audiences + "}}");
  }
  // Empty: the token is good, and both doors say so.
  std::string WhyNot(const std::string& token) {
    const Answer review = Review(token);
    const bool good = FindBool(review.json, {"status", "authenticated"});
    EXPECT_EQ(AskAs(token).code, good ? 201 : 401) << review.text;
    EXPECT_EQ(review.Text({"status", "error"}).empty(), good) << review.text;
    return review.Text({"status", "error"});
  }
  int64_t Now() const { return std::chrono::duration_cast<seconds>(clock_.Now().time_since_epoch()).count(); }
};

TEST_F(AccountTokenTest, ARequestIsAnsweredWithDefaultsAndAToken) {
  const Answer answer = Post(kTokens, "{}");
  ASSERT_EQ(answer.code, 201) << answer.text;
  EXPECT_EQ(answer.Text({"kind"}), "TokenRequest");
  EXPECT_EQ(answer.Text({"apiVersion"}), "authentication.k8s.io/v1");
  EXPECT_EQ(answer.Text({"metadata", "name"}), "web");
  EXPECT_EQ(answer.Text({"metadata", "namespace"}), "d");
  EXPECT_EQ(FindInt(answer.json, {"spec", "expirationSeconds"}), 3600);
  EXPECT_EQ(answer.Text({"status", "expirationTimestamp"}), FormatTime(clock_.Now() + hours(1)));
  const JsonDocument claims = ClaimsOf(answer.Text({"status", "token"}));
  EXPECT_EQ(FindString(claims, {"iss"}), kIssuer);
  EXPECT_EQ(FindString(claims, {"sub"}), "system:serviceaccount:d:web");
  ASSERT_EQ(Find(claims, "aud")->Size(), 1u);
  EXPECT_EQ(AsView((*Find(claims, "aud"))[0]), kIssuer);
  EXPECT_EQ(FindInt(claims, {"iat"}), Now());
  EXPECT_EQ(FindInt(claims, {"nbf"}), Now());
  EXPECT_EQ(FindInt(claims, {"exp"}), Now() + 3600);
  EXPECT_EQ(FindString(claims, {"jti"}).size(), 36u);
  EXPECT_EQ(FindString(claims, {"kubernetes.io", "namespace"}), "d");
  EXPECT_EQ(FindString(claims, {"kubernetes.io", "serviceaccount", "name"}), "web");
  EXPECT_EQ(FindString(claims, {"kubernetes.io", "serviceaccount", "uid"}), UidOf(std::string(kAccounts) + "/web"));
}

TEST_F(AccountTokenTest, NothingIsStored) {
  const uint64_t before = store_->Revision();
  Ask();
  EXPECT_EQ(store_->Revision(), before);
  EXPECT_NE(Ask(), Ask()) << "each has an id of its own";
}

TEST_F(AccountTokenTest, WhatIsAskedForIsChecked) {
  MakePod("own", R"("serviceAccountName":"web")");
  MakePod("other", R"("serviceAccountName":"default")");
  const std::string audience(20'000, 'x');
  const struct {
    const char* name;
    std::string body;
    int code;
    const char* message;
  } cases[] = {
      {"the shortest life", R"({"spec":{"expirationSeconds":600}})", 201, ""},
      {"the longest life", R"({"spec":{"expirationSeconds":4294967296}})", 201, ""},
      {"too short a life", R"({"spec":{"expirationSeconds":599}})", 422,
       "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 599: may not "
       "specify "
       "a duration less than 10 minutes"},
      {"too long a life", R"({"spec":{"expirationSeconds":4294967297}})", 422,
       "may not specify a duration larger than 2^32 seconds"},
      {"a negative life", R"({"spec":{"expirationSeconds":-1}})", 422, "less than 10 minutes"},
      {"no number", R"({"spec":{"expirationSeconds":"1h"}})", 400, "spec.expirationSeconds: must be an int64"},
      {"a spec that is none", R"({"spec":[]})", 400, "spec: must be an object"},
      {"audiences that are none", R"({"spec":{"audiences":"a"}})", 400, "spec.audiences: must be an array"},
      {"an audience that is none", R"({"spec":{"audiences":["a",1]}})", 400, "spec.audiences[1]: must be a string"},
      {"audiences beyond what any token may hold", R"({"spec":{"audiences":[")" + audience + R"("]}})", 413,
       "name fewer or shorter audiences"},
      {"the account's own name", R"({"metadata":{"name":"web","namespace":"d"}})", 201, ""},
      {"another name", R"({"metadata":{"name":"db"}})", 422,
       "TokenRequest.authentication.k8s.io \"web\" is invalid: metadata.name: Invalid value: \"db\": must match the "
       "service account name if specified"},
      {"another namespace", R"({"metadata":{"namespace":"e"}})", 422,
       "metadata.namespace: Invalid value: \"e\": must match the service account namespace if specified"},
      {"another kind", R"({"kind":"Pod"})", 400, "cannot be handled as a TokenRequest"},
      {"another version", R"({"apiVersion":"v1"})", 400, "does not match the expected API version"},
      {"a pod of the account", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"own"}}})", 201, ""},
      {"a pod of another account", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"other"}}})",
       400, "cannot bind token for serviceaccount \"web\" to pod running with different serviceaccount name."},
      {"a pod that is not there", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"no"}}})", 404,
       "pods \"no\" not found"},
      {"a pod with another uid",
       R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"own","uid":"u"}}})", 409,
       "Operation cannot be fulfilled on Pod \"own\": the UID in the bound object reference (u) does not match the UID "
       "in record. The object might have been deleted and then recreated"},
      {"a secret that is not there", R"({"spec":{"boundObjectRef":{"kind":"Secret","apiVersion":"v1","name":"no"}}})",
       404, "secrets \"no\" not found"},
      {"a node that is not there", R"({"spec":{"boundObjectRef":{"kind":"Node","apiVersion":"v1","name":"no"}}})", 404,
       "nodes \"no\" not found"},
      {"an object of another kind", R"({"spec":{"boundObjectRef":{"kind":"ConfigMap","apiVersion":"v1","name":"c"}}})",
       400, "cannot bind token to object of type /v1, Kind=ConfigMap"},
      {"a pod of another group", R"({"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"x/v1","name":"own"}}})", 400,
       "cannot bind token to object of type x/v1, Kind=Pod"},
      {"a uid that is none", R"({"spec":{"boundObjectRef":{"kind":"Pod","name":"own","uid":7}}})", 400,
       "spec.boundObjectRef.uid: must be a string"},
  };
  for (const auto& c : cases) {
    const Answer answer = Post(kTokens, c.body);
    EXPECT_EQ(answer.code, c.code) << c.name << ": " << answer.text;
    EXPECT_THAT(answer.Text({"message"}), HasSubstr(c.message)) << c.name;
    EXPECT_EQ(answer.Text({"status", "token"}).empty(), c.code != 201) << c.name;
  }
  EXPECT_EQ(Post(std::string(kAccounts) + "/nobody/token", "{}").Text({"message"}),
            "serviceaccounts \"nobody\" not found");
  EXPECT_EQ(Post("/api/v1/namespaces/nowhere/serviceaccounts/web/token", "{}").code, 404);
  EXPECT_EQ(Get(kTokens).code, 404);
}

TEST_F(AccountTokenTest, ADryRunGivesNoToken) {
  const Answer answer = Post(std::string(kTokens) + "?dryRun=All", "{}");
  EXPECT_EQ(answer.code, 201) << answer.text;
  EXPECT_EQ(answer.Text({"status", "token"}), "");
  EXPECT_EQ(Post(std::string(kTokens) + "?dryRun=All", R"({"spec":{"expirationSeconds":1}})").code, 422);
}

TEST_F(AccountTokenTest, WhoShowsATokenIsTheAccount) {
  ASSERT_EQ(Post("/api/v1/nodes", R"({"metadata":{"name":"n1"}})").code, 201);
  MakePod("p", R"("serviceAccountName":"web","nodeName":"n1")");
  const std::string token = Ask(R"({"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}})");
  const Answer answer = AskAs(token);
  ASSERT_EQ(answer.code, 201) << answer.text;
  const auto user = [&](std::string_view key) { return answer.Text({"status", "userInfo", key}); };
  EXPECT_EQ(user("username"), "system:serviceaccount:d:web");
  EXPECT_EQ(user("uid"), UidOf(std::string(kAccounts) + "/web"));
  EXPECT_EQ(WriteJson(*Find(answer.json, {"status", "userInfo", "groups"})),
            R"(["system:serviceaccounts","system:serviceaccounts:d","system:authenticated"])");
  const auto extra = [&](const std::string& key) {
    return WriteJson(*Find(answer.json, {"status", "userInfo", "extra", "authentication.kubernetes.io/" + key}));
  };
  EXPECT_EQ(extra("pod-name"), R"(["p"])");
  EXPECT_EQ(extra("pod-uid"), "[\"" + UidOf("/api/v1/namespaces/d/pods/p") + "\"]");
  EXPECT_EQ(extra("node-name"), R"(["n1"])");
  EXPECT_EQ(extra("node-uid"), "[\"" + UidOf("/api/v1/nodes/n1") + "\"]");
  EXPECT_EQ(extra("credential-id"), "[\"JTI=" + std::string(FindString(ClaimsOf(token), {"jti"})) + "\"]");
  EXPECT_EQ(Review(token).Text({"status", "user", "uid"}), user("uid"));
}

TEST_F(AccountTokenTest, AReviewRepeatsWhatItWasAsked) {
  for (const std::string& token : {Ask(), std::string("nobody's")}) {
    const Answer review = Review(token, R"(["vault"])");
    EXPECT_EQ(review.code, 201) << review.text;
    EXPECT_EQ(WriteJson(*Find(review.json, "spec")), R"({"token":")" + token + R"(","audiences":["vault"]})");
  }
}

TEST_F(AccountTokenTest, AnAccountMayLookAtDiscoveryAndNothingElseYet) {
  token_ = Ask();
  for (const char* path : {"/api", "/apis", "/version", "/openid/v1/jwks"}) EXPECT_EQ(Get(path).code, 200) << path;
  const Answer refused = Get("/api/v1/namespaces/d/pods");
  EXPECT_EQ(refused.code, 403);
  EXPECT_THAT(refused.Text({"message"}),
              HasSubstr(R"(User "system:serviceaccount:d:web" cannot list resource "pods")"));
}

TEST_F(AccountTokenTest, ATokenIsGoodForItsTime) {
  const std::string token = Ask(R"({"expirationSeconds":600})");
  EXPECT_EQ(WhyNot(token), "");
  clock_.Advance(minutes(11));  // a minute is for clocks that differ
  EXPECT_EQ(WhyNot(token), "");
  clock_.Advance(seconds(1));
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, service account token has expired]");
  const std::string later = Ask();
  clock_.Advance(-minutes(1));
  EXPECT_EQ(WhyNot(later), "");
  clock_.Advance(-seconds(1));
  EXPECT_EQ(WhyNot(later), "[invalid bearer token, service account token is not valid yet]");
}

TEST_F(AccountTokenTest, ATokenEndsWithItsAccount) {
  const std::string token = Ask();
  const std::string path = std::string(kAccounts) + "/web";
  ASSERT_EQ(Delete(path).code, 200);
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, serviceaccounts \"web\" not found]");
  ASSERT_EQ(Post(kAccounts, R"({"metadata":{"name":"web"}})").code, 201);
  EXPECT_THAT(WhyNot(token), HasSubstr("does not match claim")) << "an account of the same name is another one";
}

TEST_F(AccountTokenTest, AnAccountThatAFinalizerHoldsLosesItsTokens) {
  const std::string path = std::string(kAccounts) + "/web";
  ASSERT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"finalizers":["x.example/hold"]}})").code, 200);
  const std::string token = Ask();
  ASSERT_EQ(Delete(path).code, 200);
  EXPECT_EQ(WhyNot(token), "");
  clock_.Advance(seconds(61));
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, service account token has been invalidated]");
}

TEST_F(AccountTokenTest, ATokenEndsWithWhatItIsBoundTo) {
  const struct {
    const char* kind;
    std::string path;
    std::string body;
    std::string noun;
  } cases[] = {
      {"Secret", "/api/v1/namespaces/d/secrets", R"({"metadata":{"name":"b"}})", "secret"},
      {"Node", "/api/v1/nodes", R"({"metadata":{"name":"b"}})", "node"},
      {"Pod", "/api/v1/namespaces/d/pods",
       R"({"metadata":{"name":"b"},"spec":{"serviceAccountName":"web","containers":[{"name":"a","image":"i"}]}})",
       "pod"},
  };
  for (const auto& c : cases) {
    ASSERT_EQ(Post(c.path, c.body).code, 201) << c.kind;
    const std::string token =
        Ask(R"({"boundObjectRef":{"apiVersion":"v1","kind":")" + std::string(c.kind) + R"(","name":"b"}})");
    EXPECT_EQ(WhyNot(token), "") << c.kind;
    ASSERT_EQ(Delete(c.path + "/b").code, 200) << c.kind;
    EXPECT_EQ(WhyNot(token), "[invalid bearer token, service account token has been invalidated]") << c.kind;
    ASSERT_EQ(Post(c.path, c.body).code, 201) << c.kind;
    EXPECT_THAT(WhyNot(token), HasSubstr(c.noun + " UID (" + UidOf(c.path + "/b") + ") does not match")) << c.kind;
  }
}

TEST_F(AccountTokenTest, APodKeepsItsTokenUntilItsGraceIsOver) {
  MakePod("p", R"("serviceAccountName":"web","nodeName":"n1")");
  const std::string token = Ask(R"({"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}})");
  ASSERT_EQ(Delete("/api/v1/namespaces/d/pods/p", R"({"gracePeriodSeconds":30})").code, 200);
  clock_.Advance(seconds(90));
  EXPECT_EQ(WhyNot(token), "");
  clock_.Advance(seconds(1));
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, service account token has been invalidated]");
}

TEST_F(AccountTokenTest, ATokenIsForItsAudiences) {
  const std::string both = Ask(R"({"audiences":["vault","db"]})");
  const std::string plain = Ask();
  const struct {
    const char* name;
    const std::string& token;
    const char* asked;
    const char* audiences;  // in the answer; empty: it is not good
  } cases[] = {
      {"one of two", both, R"(["db"])", R"(["db"])"},
      {"those of many that it is for", both, R"(["x","db","y","vault"])", R"(["vault","db"])"},
      {"none of them", both, R"(["x"])", ""},
      {"the API, which it is not for", both, "[]", ""},
      {"the API, which it is for", plain, "[]", R"(["https://kubernetes.default.svc.cluster.local"])"},
      {"somebody else, which it is not for", plain, R"(["vault"])", ""},
  };
  for (const auto& c : cases) {
    const Answer review = Review(c.token, c.asked);
    const Json* audiences = Find(review.json, {"status", "audiences"});
    EXPECT_EQ(audiences == nullptr ? "" : WriteJson(*audiences), c.audiences) << c.name << review.text;
    EXPECT_EQ(FindBool(review.json, {"status", "authenticated"}), c.audiences[0] != '\0') << c.name;
  }
  EXPECT_EQ(Review(both, R"(["x","y"])").Text({"status", "error"}),
            R"([invalid bearer token, token audiences ["vault" "db"] is invalid for the target audiences ["x" "y"]])");
  EXPECT_EQ(AskAs(both).code, 401) << "a token for others opens nothing here";
  EXPECT_EQ(Review("node", R"(["vault"])").Text({"status", "error"}), "invalid bearer token") << "a token of the list";
}

TEST_F(AccountTokenTest, OnlyWhatThisLabSignedIsTaken) {
  const pki::TokenKey own = *pki::TokenKey::Load(account_key_);
  const pki::TokenKey strange = *pki::TokenKey::Load(*pki::GenerateKey());
  const std::string good = Ask();
  const std::string claims = *own.Verify(good);
  const std::string unsigned_text = good.substr(0, good.rfind('.') + 1);
  const struct {
    const char* name;
    std::string token;
    const char* why;
  } cases[] = {
      {"no token of any kind", "garbage", "invalid bearer token"},
      {"three parts of nothing", "..", "[invalid bearer token, the token is not signed by this key]"},
      {"another lab's token", *strange.Sign(claims), "[invalid bearer token, the token is not signed by this key]"},
      {"no signature", unsigned_text, "[invalid bearer token, the token's signature is wrong]"},
      {"alg none", Base64UrlEncode(R"({"alg":"none"})") + "." + Base64UrlEncode(claims) + ".",
       "[invalid bearer token, the token is not signed by this key]"},
      {"claims of another issuer", *own.Sign(R"({"iss":"https://example.org","sub":"x"})"),
       "[invalid bearer token, the token does not say whose it is]"},
      {"no claims", *own.Sign("{}"), "[invalid bearer token, the token does not say whose it is]"},
      {"claims that are no object", *own.Sign("[]"), "[invalid bearer token, the token does not say whose it is]"},
      {"claims without an end",
       *own.Sign(R"({"iss":")" + std::string(kIssuer) + R"(","aud":[")" + kIssuer +
                 R"("],"kubernetes.io":{"namespace":"d","serviceaccount":{"name":"web",)" + R"("uid":"u"}}})"),
       "[invalid bearer token, service account token has expired]"},
      {"a token that is too long", *own.Sign(std::string(13'000, ' ') + claims), "invalid bearer token"},
      {"a word that is too long", std::string(100'000, 'x'), "invalid bearer token"},
  };
  for (const auto& c : cases) EXPECT_EQ(WhyNot(c.token), c.why) << c.name;
  EXPECT_EQ(WhyNot(good), "");
}

TEST_F(AccountTokenTest, ASignatureIsVerifiedOnAWorkerAndOnlyOnce) {
  StartServer(clock_, random_, &executor_);
  http::Request request;
  request.method = "GET";
  request.target = "/api/v1/namespaces/d/pods/p";
  request.headers.Add("Authorization", "Bearer admin");
  EXPECT_TRUE(api_->http_api().IsQuick(request)) << "a token of the list";
  const std::string token = Ask();
  request.headers = {{"Authorization", "Bearer " + token}};
  EXPECT_FALSE(api_->http_api().IsQuick(request)) << "nobody has seen it";
  EXPECT_EQ(WhyNot(token), "");
  EXPECT_TRUE(api_->http_api().IsQuick(request));
  // More tokens than are remembered.
  for (int i = 0; i < 600; ++i) ASSERT_EQ(AskAs(Ask()).code, 201);
  EXPECT_FALSE(api_->http_api().IsQuick(request)) << "forgotten by now";
  EXPECT_EQ(WhyNot(token), "");
}

TEST_F(AccountTokenTest, ATokenOutlivesTheServerAsLongAsTheKeyStays) {
  const std::string token = Ask();
  StartServer();
  EXPECT_EQ(WhyNot(token), "");
  account_key_ = *pki::GenerateKey();
  StartServer();
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, the token is not signed by this key]");
  account_key_.clear();
  StartServer();
  EXPECT_EQ(WhyNot(token), "[invalid bearer token, the token is not a service account's]");
  const Answer refused = Post(kTokens, "{}");
  EXPECT_EQ(refused.code, 503);
  EXPECT_EQ(refused.Text({"message"}), "this server has no key to sign tokens of service accounts with");
  EXPECT_EQ(Get("/openid/v1/jwks").code, 404);
}

TEST_F(AccountTokenTest, OthersFindTheKeyByOpenIdDiscovery) {
  token_ = "nobody";
  const Answer configuration = Get("/.well-known/openid-configuration");
  ASSERT_EQ(configuration.code, 200) << configuration.text;
  EXPECT_EQ(configuration.text, R"({"issuer":"https://kubernetes.default.svc.cluster.local",)"
                                R"("jwks_uri":"https://kubernetes.default.svc.cluster.local/openid/v1/jwks",)"
                                R"("response_types_supported":["id_token"],"subject_types_supported":["public"],)"
                                R"("id_token_signing_alg_values_supported":["ES256"]})");
  EXPECT_EQ(configuration.headers.Get("Content-Type"), "application/json");
  const Answer keys = Get("/openid/v1/jwks");
  EXPECT_EQ(keys.text, R"({"keys":[)" + pki::TokenKey::Load(account_key_)->PublicJwk() + "]}");
  EXPECT_EQ(keys.headers.Get("Content-Type"), "application/jwk-set+json");
  EXPECT_EQ(keys.headers.Get("Cache-Control"), "public, max-age=3600");
  EXPECT_EQ(Get("/openid/v1/other").code, 403) << "no path of discovery";
  token_ = "admin";
  EXPECT_EQ(Get("/openid/v1/other").code, 404);
  token_.clear();
  EXPECT_EQ(Get("/openid/v1/jwks").code, 403);
}

// A token that stands in a Secret: it has no end, and is good as long as the Secret holds it.
TEST_F(AccountTokenTest, ATokenOfASecretIsGoodWhileTheSecretHoldsIt) {
  types::AccountClaims claims;
  claims.issuer = types::AccountClaims::kSecretIssuer;
  claims.ns = "d";
  claims.account = {"web", UidOf(std::string(kAccounts) + "/web")};
  claims.secret = types::NameAndUid{"kept", {}};
  const std::string token = *pki::TokenKey::Load(account_key_)->Sign(types::WriteClaims(claims));
  const std::string invalidated = "[invalid bearer token, service account token has been invalidated]";
  EXPECT_EQ(WhyNot(token), invalidated);
  const std::string secrets = "/api/v1/namespaces/d/secrets";
  ASSERT_EQ(Post(secrets, R"({"metadata":{"name":"kept"},"stringData":{"token":")" + token + R"("}})").code, 201);
  EXPECT_EQ(WhyNot(token), "");
  clock_.Advance(hours(24 * 3650));
  EXPECT_EQ(WhyNot(token), "");
  EXPECT_FALSE(FindBool(Review(token, R"(["vault"])").json, {"status", "authenticated"}));
  ASSERT_EQ(Patch(secrets + "/kept", "merge-patch+json", R"({"data":{"token":"eA=="}})").code, 200);
  EXPECT_EQ(WhyNot(token), invalidated);
}

}  // namespace
}  // namespace croft::server
