// The Ingress of a home lab's blog, as its owner wrote it, answers over HTTPS.

#include <gtest/gtest.h>

#include "e2e/lab.h"

namespace croft::e2e {
namespace {

constexpr const char* kBlog = R"(
apiVersion: v1
kind: Namespace
metadata: {name: website}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: blog, namespace: website, labels: {run: blog}}
spec:
  replicas: 2
  selector: {matchLabels: {run: blog}}
  template:
    metadata: {labels: {run: blog}}
    spec:
      containers:
      - name: blog
        image: localhost/whoami:v1
        ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: blog, namespace: website, labels: {run: blog}}
spec:
  selector: {run: blog}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: blog-ingress
  namespace: website
spec:
  tls:
  - hosts: [www.viktorbarzin.me]
    secretName: tls-secret
  rules:
  - host: www.viktorbarzin.me
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: blog, port: {number: 80}}}
)";

TEST(Blog, AppliesUnchangedAndAnswersOverHttps) {
  Lab lab("e2e-blog");
  lab.Apply(kBlog);
  const Answer answer = lab.AwaitAnswer("www.viktorbarzin.me");
  ASSERT_EQ(answer.code, 200) << answer.error << answer.body;
  EXPECT_NE(answer.body.find("Version: v1"), std::string::npos);
  // The Secret that the Ingress names was made by the lab's CA.
  EXPECT_EQ(lab.JsonPath({"secret", "tls-secret", "-n", "website"}, "{.type}"), "kubernetes.io/tls");
  const std::string address =
      lab.JsonPath({"ingress", "blog-ingress", "-n", "website"}, "{.status.loadBalancer.ingress[0].ip}");
  EXPECT_EQ(address, lab.IngressAddress());
  // Plain HTTP is sent to HTTPS.
  const Ran plain = Execute({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "--resolve",
                             "www.viktorbarzin.me:80:" + address, "http://www.viktorbarzin.me/"});
  EXPECT_EQ(plain.out, "308 https://www.viktorbarzin.me/");

  // Deleting the namespace deletes what is in it.
  ASSERT_EQ(lab.Kubectl({"delete", "namespace", "website"}, {}, std::chrono::seconds(90)).code, 0);
  EXPECT_EQ(lab.JsonPath({"namespace", "website"}, "{.metadata.name}"), "");
  EXPECT_EQ(lab.JsonPath({"pods,deployments,services,ingresses", "-A", "-l", "run=blog"}, "{.items[*].metadata.name}"),
            "");
}

}  // namespace
}  // namespace croft::e2e
