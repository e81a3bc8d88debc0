//! What programs on kube-rs do, against the server that KUBECONFIG names.

mod apply;
mod controller;
mod custom;
mod discovery;
mod entry;
mod garden;
mod lab;
mod leases;
mod lists;
mod subresources;
mod verbs;
mod watching;
