#include "tools/chart/value/value.h"

#include <gtest/gtest.h>

namespace croft::chart {
namespace {

TEST(DeepCopyTest, SharesNothing) {
  const Value inner = NewMap({{"a", Value::Int(1)}});
  const Value copy = DeepCopy(NewList({inner}));
  inner.as_map()->members["a"] = Value::Int(2);
  EXPECT_EQ(copy.as_list()->items[0].as_map()->Find("a")->as_integer(), 1);
}

TEST(DeepCopyTest, KeepsGoTypes) {
  EXPECT_EQ(DeepCopy(NewList({}, kStringList)).GoType(), "[]string");
}

TEST(DeepEqualTest, TypesCount) {
  EXPECT_TRUE(DeepEqual(NewList({Value::Int(1)}), NewList({Value::Int(1)})));
  EXPECT_FALSE(DeepEqual(NewList({Value::Int(1)}), NewList({Value::Int64(1)})));
  EXPECT_FALSE(DeepEqual(NewList({}), NewList({}, kStringList)));
  EXPECT_FALSE(DeepEqual(NewMap({{"a", Value()}}), NewMap({{"b", Value()}})));
}

TEST(TruthTest, WhatIsZeroOrEmptyIsFalse) {
  for (const Value& value :
       {Value(), Value::Bool(false), Value::Int(0), Value::Float64(0), Value::String(""), NewList({}), NewMap()}) {
    EXPECT_FALSE(Truth(value)) << value.GoType();
  }
  for (const Value& value :
       {Value::Bool(true), Value::Int64(-1), Value::Float64(0.5), Value::String("0"), NewList({Value()})}) {
    EXPECT_TRUE(Truth(value)) << value.GoType();
  }
}

TEST(ValueTest, TypesAndKindsAreGos) {
  EXPECT_EQ(Value().GoKind(), "invalid");
  EXPECT_EQ(NewMap().GoType(), "map[string]interface {}");
  EXPECT_EQ(NewMap().GoKind(), "map");
  EXPECT_EQ(NewList({}).GoKind(), "slice");
  EXPECT_EQ(Value::Int64(1).GoKind(), "int64");
}

TEST(ValueTest, ListsInListsWithoutEndAreTakenApart) {
  Value value;
  for (int i = 0; i < 50000; ++i) value = NewList({value});
  EXPECT_FALSE(DeepEqual(value, DeepCopy(NewList({Value::Int(1)}))));
  value = Value();
}

}  // namespace
}  // namespace croft::chart
