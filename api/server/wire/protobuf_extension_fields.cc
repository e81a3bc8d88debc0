#include "api/server/wire/protobuf_fields.h"

// The wire numbers of the kinds by which a server is extended, as release 1.33 has them.
namespace croft::server {

const char* const kExtensionProtobufRoots =
    "admissionregistration.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration admission.MutatingWebhookConfiguration\n"
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy admission.ValidatingAdmissionPolicy\n"
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding admission.ValidatingAdmissionPolicyBinding\n"
    "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration admission.ValidatingWebhookConfiguration\n"
    "apiextensions.k8s.io/v1/CustomResourceDefinition apix.CustomResourceDefinition\n"
    "apiextensions.k8s.io/v1/DeleteOptions meta.DeleteOptions\n"
    "apiregistration.k8s.io/v1/APIService apireg.APIService\n"
    "apiregistration.k8s.io/v1/DeleteOptions meta.DeleteOptions\n";

const char* const kExtensionProtobufMessages[] = {
    "apix.CustomResourceColumnDefinition: 1 name !s, 2 type !s, 3 format s, 4 description s, 5 priority i, 6 "
    "jsonPath !s",
    "apix.CustomResourceConversion: 1 strategy !s, 2 webhook mapix.WebhookConversion;",
    "apix.CustomResourceDefinition: 1 metadata mmeta.ObjectMeta;, 2 spec mapix.CustomResourceDefinitionSpec;, 3 "
    "status mapix.CustomResourceDefinitionStatus;",
    "apix.CustomResourceDefinitionCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message "
    "s",
    "apix.CustomResourceDefinitionNames: 1 plural !s, 2 singular s, 3 shortNames *s, 4 kind !s, 5 listKind s, 6 "
    "categories *s",
    "apix.CustomResourceDefinitionSpec: 1 group !s, 3 names mapix.CustomResourceDefinitionNames;, 4 scope !s, 7 "
    "versions *mapix.CustomResourceDefinitionVersion;, 9 conversion mapix.CustomResourceConversion;, 10 "
    "preserveUnknownFields b",
    "apix.CustomResourceDefinitionStatus: 1 conditions *mapix.CustomResourceDefinitionCondition;, 2 acceptedNames "
    "mapix.CustomResourceDefinitionNames;, 3 storedVersions *s",
    "apix.CustomResourceDefinitionVersion: 1 name !s, 2 served !b, 3 storage !b, 7 deprecated b, 8 "
    "deprecationWarning ?s, 4 schema mapix.CustomResourceValidation;, 5 subresources "
    "mapix.CustomResourceSubresources;, 6 additionalPrinterColumns *mapix.CustomResourceColumnDefinition;, 9 "
    "selectableFields *mapix.SelectableField;",
    "apix.CustomResourceSubresourceScale: 1 specReplicasPath !s, 2 statusReplicasPath !s, 3 labelSelectorPath ?s",
    "apix.CustomResourceSubresourceStatus",
    "apix.CustomResourceSubresources: 1 status mapix.CustomResourceSubresourceStatus;, 2 scale "
    "mapix.CustomResourceSubresourceScale;",
    "apix.CustomResourceValidation: 1 openAPIV3Schema mapix.JSONSchemaProps;",
    "apix.ExternalDocumentation: 1 description s, 2 url s",
    "apix.JSONSchemaProps: 1 id s, 2 $schema s, 3 $ref ?s, 4 description s, 5 type s, 6 format s, 7 title s, 8 "
    "default ?r, 9 maximum ?f, 10 exclusiveMaximum b, 11 minimum ?f, 12 exclusiveMinimum b, 13 maxLength ?i, 14 "
    "minLength ?i, 15 pattern s, 16 maxItems ?i, 17 minItems ?i, 18 uniqueItems b, 19 multipleOf ?f, 20 enum *r, "
    "21 maxProperties ?i, 22 minProperties ?i, 23 required *s, 24 items ?uapix.JSONSchemaPropsOrArray;, 25 allOf "
    "*mapix.JSONSchemaProps;, 26 oneOf *mapix.JSONSchemaProps;, 27 anyOf *mapix.JSONSchemaProps;, 28 not "
    "mapix.JSONSchemaProps;, 29 properties Mmapix.JSONSchemaProps;, 30 additionalProperties "
    "?uapix.JSONSchemaPropsOrBool;, 31 patternProperties Mmapix.JSONSchemaProps;, 32 dependencies "
    "Muapix.JSONSchemaPropsOrStringArray;, 33 additionalItems ?uapix.JSONSchemaPropsOrBool;, 34 definitions "
    "Mmapix.JSONSchemaProps;, 35 externalDocs mapix.ExternalDocumentation;, 36 example ?r, 37 nullable b, 38 "
    "x-kubernetes-preserve-unknown-fields ?b, 39 x-kubernetes-embedded-resource b, 40 x-kubernetes-int-or-string "
    "b, 41 x-kubernetes-list-map-keys *s, 42 x-kubernetes-list-type ?s, 43 x-kubernetes-map-type ?s, 44 "
    "x-kubernetes-validations *mapix.ValidationRule;",
    "apix.JSONSchemaPropsOrArray: 1 schema mapix.JSONSchemaProps;, 2 jSONSchemas *mapix.JSONSchemaProps;",
    "apix.JSONSchemaPropsOrBool: 1 allows !b, 2 schema mapix.JSONSchemaProps;",
    "apix.JSONSchemaPropsOrStringArray: 1 schema mapix.JSONSchemaProps;, 2 property *s",
    "apix.SelectableField: 1 jsonPath !s",
    "apix.ServiceReference: 1 namespace !s, 2 name !s, 3 path ?s, 4 port ?i",
    "apix.ValidationRule: 1 rule !s, 2 message s, 3 messageExpression s, 4 reason ?s, 5 fieldPath s, 6 "
    "optionalOldSelf ?b",
    "apix.WebhookClientConfig: 3 url ?s, 1 service mapix.ServiceReference;, 2 caBundle y",
    "apix.WebhookConversion: 2 clientConfig mapix.WebhookClientConfig;, 3 conversionReviewVersions *s",
    "apireg.APIService: 1 metadata mmeta.ObjectMeta;, 2 spec mapireg.APIServiceSpec;, 3 status "
    "mapireg.APIServiceStatus;",
    "apireg.APIServiceCondition: 1 type !s, 2 status !s, 3 lastTransitionTime t, 4 reason s, 5 message s",
    "apireg.APIServiceSpec: 1 service mapireg.ServiceReference;, 2 group s, 3 version s, 4 insecureSkipTLSVerify "
    "b, 5 caBundle y, 7 groupPriorityMinimum !i, 8 versionPriority !i",
    "apireg.APIServiceStatus: 1 conditions *mapireg.APIServiceCondition;",
    "apireg.ServiceReference: 1 namespace s, 2 name s, 3 port ?i",
    "admission.AuditAnnotation: 1 key !s, 2 valueExpression !s",
    "admission.ExpressionWarning: 2 fieldRef !s, 3 warning !s",
    "admission.MatchCondition: 1 name !s, 2 expression !s",
    "admission.MatchResources: 1 namespaceSelector mmeta.LabelSelector;, 2 objectSelector mmeta.LabelSelector;, 3 "
    "resourceRules *madmission.NamedRuleWithOperations;, 4 excludeResourceRules "
    "*madmission.NamedRuleWithOperations;, 7 matchPolicy ?s",
    "admission.MutatingWebhook: 1 name !s, 2 clientConfig madmission.WebhookClientConfig;, 3 rules "
    "*madmission.RuleWithOperations;, 4 failurePolicy ?s, 9 matchPolicy ?s, 5 namespaceSelector "
    "mmeta.LabelSelector;, 11 objectSelector mmeta.LabelSelector;, 6 sideEffects ?s, 7 timeoutSeconds ?i, 8 "
    "admissionReviewVersions *s, 10 reinvocationPolicy ?s, 12 matchConditions *madmission.MatchCondition;",
    "admission.MutatingWebhookConfiguration: 1 metadata mmeta.ObjectMeta;, 2 webhooks *madmission.MutatingWebhook;",
    "admission.NamedRuleWithOperations: 1 resourceNames *s, 2 - ~madmission.RuleWithOperations;",
    "admission.ParamKind: 1 apiVersion s, 2 kind s",
    "admission.ParamRef: 1 name s, 2 namespace s, 3 selector mmeta.LabelSelector;, 4 parameterNotFoundAction ?s",
    "admission.Rule: 1 apiGroups *s, 2 apiVersions *s, 3 resources *s, 4 scope ?s",
    "admission.RuleWithOperations: 1 operations *s, 2 - ~madmission.Rule;",
    "admission.ServiceReference: 1 namespace !s, 2 name !s, 3 path ?s, 4 port ?i",
    "admission.TypeChecking: 1 expressionWarnings *madmission.ExpressionWarning;",
    "admission.ValidatingAdmissionPolicy: 1 metadata mmeta.ObjectMeta;, 2 spec "
    "madmission.ValidatingAdmissionPolicySpec;, 3 status madmission.ValidatingAdmissionPolicyStatus;",
    "admission.ValidatingAdmissionPolicyBinding: 1 metadata mmeta.ObjectMeta;, 2 spec "
    "madmission.ValidatingAdmissionPolicyBindingSpec;",
    "admission.ValidatingAdmissionPolicyBindingSpec: 1 policyName s, 2 paramRef madmission.ParamRef;, 3 "
    "matchResources madmission.MatchResources;, 4 validationActions *s",
    "admission.ValidatingAdmissionPolicySpec: 1 paramKind madmission.ParamKind;, 2 matchConstraints "
    "madmission.MatchResources;, 3 validations *madmission.Validation;, 4 failurePolicy ?s, 5 auditAnnotations "
    "*madmission.AuditAnnotation;, 6 matchConditions *madmission.MatchCondition;, 7 variables *madmission.Variable;",
    "admission.ValidatingAdmissionPolicyStatus: 1 observedGeneration i, 2 typeChecking madmission.TypeChecking;, 3 "
    "conditions *mmeta.Condition;",
    "admission.ValidatingWebhook: 1 name !s, 2 clientConfig madmission.WebhookClientConfig;, 3 rules "
    "*madmission.RuleWithOperations;, 4 failurePolicy ?s, 9 matchPolicy ?s, 5 namespaceSelector "
    "mmeta.LabelSelector;, 10 objectSelector mmeta.LabelSelector;, 6 sideEffects ?s, 7 timeoutSeconds ?i, 8 "
    "admissionReviewVersions *s, 11 matchConditions *madmission.MatchCondition;",
    "admission.ValidatingWebhookConfiguration: 1 metadata mmeta.ObjectMeta;, 2 webhooks "
    "*madmission.ValidatingWebhook;",
    "admission.Validation: 1 expression !s, 2 message s, 3 reason ?s, 4 messageExpression s",
    "admission.Variable: 1 name !s, 2 expression !s",
    "admission.WebhookClientConfig: 3 url ?s, 1 service madmission.ServiceReference;, 2 caBundle y",
    nullptr,
};

}  // namespace croft::server
