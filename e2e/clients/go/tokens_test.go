package clients

import (
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func TestAServiceAccountGetsATokenThatOthersCanReview(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t)
	account, err := client.CoreV1().ServiceAccounts(ns).Create(t.Context(),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "robot"}}, metav1.CreateOptions{})
	must(t, err)
	seconds := int64(1200)
	asked, err := client.CoreV1().ServiceAccounts(ns).CreateToken(t.Context(), "robot", &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{Audiences: []string{"vault"}, ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
	must(t, err)
	equal(t, "seconds of life", *asked.Spec.ExpirationSeconds, 1200)
	if asked.Status.ExpirationTimestamp.IsZero() {
		t.Error("the answer does not say when the token expires")
	}

	review := func(audiences ...string) authenticationv1.TokenReviewStatus {
		answer, err := client.AuthenticationV1().TokenReviews().Create(t.Context(), &authenticationv1.TokenReview{
			Spec: authenticationv1.TokenReviewSpec{Token: asked.Status.Token, Audiences: audiences}}, metav1.CreateOptions{})
		must(t, err)
		return answer.Status
	}
	good := review("db", "vault")
	equal(t, "for vault", good.Authenticated, true)
	equal(t, "audiences", len(good.Audiences), 1)
	equal(t, "user", good.User.Username, "system:serviceaccount:"+ns+":robot")
	equal(t, "uid", good.User.UID, string(account.UID))
	bad := review("db")
	equal(t, "for db", bad.Authenticated, false)
	if bad.Error == "" {
		t.Error("the refusal says nothing")
	}
	_, err = client.CoreV1().ServiceAccounts(ns).CreateToken(t.Context(), "nobody",
		&authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}

func TestATokenIsTheAccountUntilThatIsDeleted(t *testing.T) {
	ns := Namespace(t)
	accounts := Typed(t).CoreV1().ServiceAccounts(ns)
	asked, err := accounts.CreateToken(t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	must(t, err)
	config := rest.AnonymousClientConfig(Config(t))
	config.BearerToken = asked.Status.Token
	robot, err := kubernetes.NewForConfig(config)
	must(t, err)
	whoAmI := func() (*authenticationv1.SelfSubjectReview, error) {
		return robot.AuthenticationV1().SelfSubjectReviews().Create(t.Context(),
			&authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	}
	answer, err := whoAmI()
	must(t, err)
	equal(t, "user", answer.Status.UserInfo.Username, "system:serviceaccount:"+ns+":default")
	_, err = robot.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
	reason(t, err, metav1.StatusReasonForbidden)
	must(t, accounts.Delete(t.Context(), "default", metav1.DeleteOptions{}))
	_, err = whoAmI()
	reason(t, err, metav1.StatusReasonUnauthorized)
}
